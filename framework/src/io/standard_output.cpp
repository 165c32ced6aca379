#include "io/standard_output.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "mtt/error.h"

namespace mtt {
namespace {

std::FILE* taken = nullptr;
bool closed = false;
bool abandoned = false;

[[noreturn]] void fail(int error) {
  abandoned = abandoned || error == EPIPE;
  throw Error(std::string("standard output cannot be written: ") + std::strerror(error));
}

}  // namespace

void take_standard_output() {
  closed = ::fcntl(STDOUT_FILENO, F_GETFD) < 0;
  int number = 0;
  do {
    number = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  } while (number >= 0 && number <= STDERR_FILENO);
  if (number >= 0) ::close(number);
  if (const int kept = closed ? -1 : ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1); kept >= 0)
    taken = ::fdopen(kept, "w");
  ::dup2(STDERR_FILENO, STDOUT_FILENO);
}

std::FILE* standard_output() { return taken ? taken : stdout; }

void write_standard_output(std::string_view text) {
  if (closed) fail(EBADF);
  std::FILE* const out = standard_output();
  if (std::fwrite(text.data(), 1, text.size(), out) != text.size() || std::fflush(out) != 0) fail(errno);
}

void check_standard_output() {
  pollfd out{::fileno(standard_output()), 0, 0};
  if (::poll(&out, 1, 0) > 0 && (out.revents & POLLERR) != 0) fail(EPIPE);
}

bool standard_output_abandoned() { return abandoned; }

}  // namespace mtt

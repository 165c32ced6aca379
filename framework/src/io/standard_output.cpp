#include "io/standard_output.h"

#include <fcntl.h>
#include <unistd.h>

namespace mtt {
namespace {

std::FILE* taken = nullptr;

}  // namespace

void take_standard_output() {
  const int kept = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  if (kept < 0) return;  // it is closed, and writing to it will say so
  taken = ::fdopen(kept, "w");
  ::dup2(STDERR_FILENO, STDOUT_FILENO);
}

std::FILE* standard_output() { return taken ? taken : stdout; }

}  // namespace mtt

#include "io/standard_output.h"

#include <fcntl.h>
#include <unistd.h>

namespace mtt {
namespace {

std::FILE* take() {
  const int kept = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  std::FILE* file = kept < 0 ? nullptr : ::fdopen(kept, "w");
  if (!file) return stdout;  // it is closed, and writing to it says so
  ::dup2(STDERR_FILENO, STDOUT_FILENO);
  return file;
}

}  // namespace

std::FILE* standard_output() {
  static std::FILE* const file = take();
  return file;
}

}  // namespace mtt

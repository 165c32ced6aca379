#include "io/open_file.h"

#include <fcntl.h>

#include <cerrno>
#include <system_error>

#include "mtt/error.h"

namespace mtt {

std::string reason(int error) { return std::system_category().message(error); }

int open_retrying(const char* path, int flags, mode_t mode) {
  int number = -1;
  do {
    number = ::open(path, flags | O_CLOEXEC, mode);
  } while (number < 0 && errno == EINTR);
  return number;
}

int open_for_reading(const std::filesystem::path& path, int flags) {
  const int number = open_retrying(path.c_str(), O_RDONLY | flags);
  if (number >= 0) return number;
  if (errno == ENOENT) throw Error("file '" + path.string() + "' does not exist");
  throw Error("file '" + path.string() + "' cannot be opened: " + reason(errno));
}

}  // namespace mtt

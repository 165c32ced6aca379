#include "run/run_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "io/open_file.h"
#include "mtt/error.h"

namespace mtt {

RunLock::RunLock(const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error)
    throw Error("the run directory '" + directory.string() + "' cannot be created: " + error.message());
  descriptor_ = open_retrying(directory.c_str(), O_RDONLY | O_DIRECTORY);
  if (descriptor_ < 0)
    throw Error("the run directory '" + directory.string() + "' cannot be opened: " + std::strerror(errno));
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    ::close(descriptor_);
    throw Error("the run directory '" + directory.string() +
                "' is in use by another run; wait for its end, or give another directory with --out");
  }
}

RunLock::~RunLock() { ::close(descriptor_); }

}  // namespace mtt

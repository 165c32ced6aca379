#include "io/append_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "io/open_file.h"
#include "mtt/error.h"

namespace mtt {
namespace fs = std::filesystem;

AppendFile::AppendFile(const fs::path& path, std::int64_t keep_bytes) : path_(path), size_(keep_bytes) {
  std::error_code error;
  const fs::file_status there = fs::status(path, error);
  if (fs::exists(there) && !fs::is_regular_file(there))
    throw Error("'" + path.string() + "' is not a regular file; it cannot be written to");
  const std::int64_t found = fs::exists(there) ? static_cast<std::int64_t>(fs::file_size(path, error)) : 0;
  if (found < keep_bytes)
    throw Error("file '" + path.string() + "' has " + std::to_string(found) + " bytes; at least " +
                std::to_string(keep_bytes) + " were expected, since so many had been written before");

  const fs::path parent = path.has_parent_path() ? path.parent_path() : fs::path(".");
  fs::create_directories(parent, error);
  if (error) throw Error("folder '" + parent.string() + "' cannot be created: " + error.message());
  descriptor_ = open_retrying(path.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0666);
  if (descriptor_ < 0) fail(errno);
  if (::ftruncate(descriptor_, keep_bytes) != 0) {
    const int code = errno;
    ::close(descriptor_);
    fail(code);
  }
}

AppendFile::~AppendFile() { ::close(descriptor_); }

void AppendFile::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
    size_ += written;
  }
}

void AppendFile::sync() {
  if (::fsync(descriptor_) != 0 && errno != EINVAL) fail(errno);
}

void AppendFile::fail(int error) const {
  throw Error("file '" + path_.string() + "' cannot be written: " + reason(error));
}

}  // namespace mtt

#include "train/float_store.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>
#include <system_error>

#include "io/digest.h"
#include "io/open_file.h"
#include "mtt/error.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

constexpr std::size_t kDigestBytes = 32;
constexpr std::string_view kPart = ".part-";

}  // namespace

FloatStore::FloatStore(std::int64_t floats, fs::path file)
    : size_(static_cast<std::size_t>(floats) * sizeof(float)), file_(std::move(file)) {
  if (size_ == 0) return;
  if (file_.empty()) {
    void* mapped =
        ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapped == MAP_FAILED) fail(errno);
    data_ = static_cast<float*>(mapped);
  } else if (!open_complete()) {
    open_new();
  }
}

FloatStore::~FloatStore() {
  if (data_) ::munmap(data_, size_ + (file_.empty() ? 0 : kDigestBytes));
  if (!temporary_.empty() && !complete_) ::unlink(temporary_.c_str());
  if (descriptor_ >= 0) ::close(descriptor_);
}

std::string FloatStore::digest() const {
  Digest digest;
  digest.add(data_, size_);
  return digest.hex();
}

bool FloatStore::open_complete() {
  std::error_code error;
  if (!fs::exists(file_, error)) return false;
  was_damaged_ = true;
  if (fs::file_size(file_, error) != size_ + kDigestBytes) return false;
  const int descriptor = open_retrying(file_.c_str(), O_RDONLY);
  if (descriptor < 0) fail(errno);
  void* mapped = ::mmap(nullptr, size_ + kDigestBytes, PROT_READ, MAP_SHARED, descriptor, 0);
  const int code = errno;
  ::close(descriptor);
  if (mapped == MAP_FAILED) fail(code);
  data_ = static_cast<float*>(mapped);
  const std::string_view saved(reinterpret_cast<const char*>(data_) + size_, kDigestBytes);
  complete_ = saved == digest();
  was_damaged_ = !complete_;
  if (complete_) return true;
  ::munmap(mapped, size_ + kDigestBytes);
  data_ = nullptr;
  return false;
}

void FloatStore::open_new() {
  std::error_code error;
  fs::create_directories(file_.parent_path(), error);
  if (error) fail(error.value());
  remove_abandoned();
  temporary_ = file_.string() + std::string(kPart) + std::to_string(::getpid());
  descriptor_ = open_retrying(temporary_.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0666);
  if (descriptor_ < 0) fail(errno);
  ::flock(descriptor_, LOCK_EX | LOCK_NB);
  if (const int full = ::posix_fallocate(descriptor_, 0, static_cast<off_t>(size_ + kDigestBytes));
      full != 0) {
    ::unlink(temporary_.c_str());
    ::close(descriptor_);
    fail(full);
  }
  void* mapped = ::mmap(nullptr, size_ + kDigestBytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor_, 0);
  if (mapped == MAP_FAILED) {
    const int code = errno;
    ::unlink(temporary_.c_str());
    ::close(descriptor_);
    fail(code);
  }
  data_ = static_cast<float*>(mapped);
}

void FloatStore::remove_abandoned() const {
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(file_.parent_path(), error)) {
    if (entry.path().filename().string().find(kPart) == std::string::npos) continue;
    const int descriptor = open_retrying(entry.path().c_str(), O_RDWR | O_NOFOLLOW);
    if (descriptor < 0) continue;
    if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) ::unlink(entry.path().c_str());
    ::close(descriptor);
  }
}

void FloatStore::finish() {
  if (file_.empty() || complete_ || size_ == 0) return;
  std::memcpy(reinterpret_cast<char*>(data_) + size_, digest().data(), kDigestBytes);
  if (::msync(data_, size_ + kDigestBytes, MS_SYNC) != 0 || ::rename(temporary_.c_str(), file_.c_str()) != 0)
    fail(errno);
  complete_ = true;
}

void FloatStore::fail(int error) const {
  const bool space = error == ENOSPC || error == EFBIG || error == ENOMEM || error == EDQUOT;
  throw Error((file_.empty() ? "the activation cache" : "the activation cache '" + file_.string() + "'") +
              " of " + std::to_string(size_ >> 20) + " MB cannot be created: " + std::strerror(error) +
              (space ? "; lower cache.limit_mb, or set cache.where = \"none\""
                     : "; give another folder as cache.directory, or set cache.where = \"memory\""));
}

}  // namespace mtt

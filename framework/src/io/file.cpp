#include "io/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>
#include <vector>

#include "io/open_file.h"
#include "mtt/error.h"

namespace mtt {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kTemporary = ".mtt-tmp-";

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

std::size_t regular_size(const Descriptor& file, const fs::path& path) {
  struct stat status {};
  if (::fstat(file.number(), &status) != 0) {
    throw Error("file '" + path.string() + "' cannot be examined: " + reason(errno));
  }
  if (S_ISDIR(status.st_mode)) throw Error("'" + path.string() + "' is a directory; a file was expected");
  if (!S_ISREG(status.st_mode)) {
    throw Error("'" + path.string() + "' is a pipe, socket or device; a regular file was expected");
  }
  return static_cast<std::size_t>(status.st_size);
}

bool is_within(const fs::path& path, const fs::path& directory) {
  return std::mismatch(directory.begin(), directory.end(), path.begin(), path.end()).first == directory.end();
}

fs::path hub_blobs_of(const fs::path& directory) {
  for (fs::path at = directory; at.has_relative_path(); at = at.parent_path()) {
    const fs::path repository = at.parent_path();
    if (at.filename() == "snapshots" && repository.filename().string().rfind("models--", 0) == 0) {
      return repository / "blobs";
    }
  }
  return {};
}

void check_file_name(const fs::path& directory, std::string_view relative) {
  const auto refuse = [&](const std::string& why) {
    throw Error("file name '" + std::string(relative) + "', given by a file in '" + directory.string() +
                "', " + why + "; expected the name of a file within that directory");
  };
  if (relative.empty()) refuse("is empty");
  if (std::any_of(relative.begin(), relative.end(),
                  [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; })) {
    throw Error("a file name given by a file in '" + directory.string() + "' holds a control character");
  }
  const fs::path path(relative);
  if (path.is_absolute()) refuse("is absolute");
  if (std::find(path.begin(), path.end(), "..") != path.end()) refuse("leaves it through '..'");
}

}  // namespace

MappedFile::MappedFile(const fs::path& path) : path_(path) {
  const Descriptor file(open_for_reading(path, O_NONBLOCK));
  size_ = regular_size(file, path);
  if (size_ == 0) throw Error("file '" + path.string() + "' is empty");
  void* pages = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, file.number(), 0);
  if (pages == MAP_FAILED) {
    throw Error("file '" + path.string() + "' (" + std::to_string(size_) +
                " bytes) cannot be mapped into memory: " + reason(errno));
  }
  data_ = static_cast<std::byte*>(pages);
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(data_, size_);
}

std::string read_file(const fs::path& path, std::size_t limit) {
  const Descriptor file(open_for_reading(path, O_NONBLOCK));
  const std::size_t size = regular_size(file, path);
  const auto refuse_size = [&] {
    throw Error("file '" + path.string() + "' is larger than " + std::to_string(limit) +
                " bytes, the maximum for a file of this kind");
  };
  if (size > limit) refuse_size();

  constexpr std::size_t kPiece = 65536;
  std::string content;
  content.reserve(size + 1);
  std::size_t filled = 0;
  while (true) {
    content.resize(std::max(filled + 1, filled == 0 ? size + 1 : filled + kPiece));
    const ssize_t got = ::read(file.number(), content.data() + filled, content.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw Error("file '" + path.string() + "' cannot be read: " + reason(errno));
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
    if (filled > limit) refuse_size();
  }
  if (filled < size) {
    throw Error("file '" + path.string() + "' had " + std::to_string(size) + " bytes and ended after " +
                std::to_string(filled) +
                ": it was truncated while it was read; try again when no program writes to it");
  }
  content.resize(filled);
  return content;
}

AtomicFile::AtomicFile(const fs::path& path) : path_(path) {
  std::error_code error;
  if (fs::is_symlink(path_, error)) {
    path_ = fs::weakly_canonical(path_, error);
    if (error) fail(error.value());
  }
  const fs::file_status status = fs::status(path_, error);
  if (fs::exists(status) && !fs::is_regular_file(status)) {
    throw Error("'" + path.string() + "' is not a regular file; it cannot be replaced by a file");
  }
  const fs::path parent = path_.has_parent_path() ? path_.parent_path() : fs::path(".");
  fs::create_directories(parent, error);
  if (error) throw Error("folder '" + parent.string() + "' cannot be created: " + error.message());

  constexpr int kAttempts = 10000;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    temporary_ =
        parent / (std::string(kTemporary) + std::to_string(::getpid()) + "-" + std::to_string(attempt));
    descriptor_ = open_retrying(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL, 0666);
    if (descriptor_ >= 0) return;
    if (errno != EEXIST) fail(errno);
  }
  fail(EEXIST);
}

AtomicFile::~AtomicFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void AtomicFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void AtomicFile::write_at_begin(std::string_view bytes) {
  for (off_t at = 0; !bytes.empty();) {
    const ssize_t written = ::pwrite(descriptor_, bytes.data(), bytes.size(), at);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
    at += written;
  }
}

void AtomicFile::commit() {
  if (::fsync(descriptor_) != 0) fail(errno);
  if (::close(std::exchange(descriptor_, -1)) != 0) fail(errno);
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) fail(errno);
  const fs::path parent = temporary_.parent_path();
  temporary_.clear();
  if (!flush_folder(parent)) fail(errno);
}

void remove_temporary_files(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> found;
  for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    if (at->path().filename().string().starts_with(kTemporary)) found.push_back(at->path());
  for (const fs::path& file : found) fs::remove(file, error);
}

bool flush_folder(const fs::path& folder) {
  const Descriptor opened(open_retrying(folder.c_str(), O_RDONLY | O_DIRECTORY));
  return opened.number() < 0 || ::fsync(opened.number()) == 0 || errno == EINVAL;
}

void AtomicFile::fail(int error) const {
  throw Error("file '" + path_.string() + "' cannot be written: " + reason(error));
}

void write_file_atomically(const fs::path& path, std::string_view bytes) {
  AtomicFile file(path);
  file.write(bytes);
  file.commit();
}

fs::path inside(const fs::path& directory, std::string_view relative) {
  check_file_name(directory, relative);
  const fs::path path = directory / relative;
  std::error_code error;
  const fs::path root = fs::weakly_canonical(directory, error);
  const fs::path target = error ? fs::path() : fs::weakly_canonical(path, error);
  if (error) throw Error("path '" + path.string() + "' cannot be resolved: " + error.message());
  if (is_within(target, root)) return path;
  const fs::path blobs = hub_blobs_of(root);
  if (!blobs.empty() && is_within(target, blobs)) return path;
  throw Error("'" + path.string() + "' is a link to '" + target.string() +
              "', outside its directory; copy the file to where the link is");
}

std::filesystem::path named_path(const std::filesystem::path& path) {
  const std::filesystem::path full = std::filesystem::absolute(path).lexically_normal();
  return full.has_filename() ? full : full.parent_path();
}

std::filesystem::path real_path(const std::filesystem::path& file) {
  std::error_code error;
  auto path = std::filesystem::weakly_canonical(file, error);
  return error ? file : path;
}

}  // namespace mtt

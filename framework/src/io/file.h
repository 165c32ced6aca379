// Files: reading within a limit, writing so that a kill leaves the old file or the new one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace mtt {

/// A file mapped into memory, private and readable; unmapped by the destructor.
class MappedFile {
 public:
  explicit MappedFile(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  const std::byte* data() const { return data_; }
  std::size_t size() const { return size_; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

/// The whole file. Missing, a directory, unreadable or larger than `limit` bytes throws Error that says which.
std::string read_file(const std::filesystem::path& path, std::size_t limit);

/// Writes to a temporary file beside `path`, flushes it to disk and renames it. Parent folders are created.
void write_file_atomically(const std::filesystem::path& path, std::string_view bytes);

/// `relative` within `directory`, for names that a downloaded file gives: an absolute path or one with `..` throws
/// Error, as does a link out of the directory (the links of the Hugging Face cache into its own blobs are allowed).
std::filesystem::path inside(const std::filesystem::path& directory, std::string_view relative);

}  // namespace mtt

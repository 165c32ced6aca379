// Files that grow by whole records.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace mtt {

/// A file that is written at its end only. Every `append` is with the system when it returns, so that a kill
/// of this process loses nothing that was appended before; at most the last record is torn.
class AppendFile {
 public:
  /// Creates the file and its parent folders, or takes the one that is there and cuts it to its first
  /// `keep_bytes` bytes. One that is shorter throws Error.
  AppendFile(const std::filesystem::path& path, std::int64_t keep_bytes);
  ~AppendFile();
  AppendFile(const AppendFile&) = delete;
  AppendFile& operator=(const AppendFile&) = delete;

  void append(std::string_view bytes);
  void sync();  ///< waits until the disk has it
  std::int64_t size() const { return size_; }
  const std::filesystem::path& path() const { return path_; }

 private:
  [[noreturn]] void fail(int error) const;

  std::filesystem::path path_;
  int descriptor_ = -1;
  std::int64_t size_ = 0;
};

}  // namespace mtt

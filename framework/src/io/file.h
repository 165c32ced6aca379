// Files: reading within a limit, writing so that a kill leaves the old file or the new one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace mtt {

/// A regular, non-empty file mapped into memory; unmapped by the destructor. The pages may be written to,
/// which changes this process's copy only. A file that another program shortens meanwhile ends the process
/// with SIGBUS: replace model files by renaming, as write_file_atomically does.
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

/// The whole file. Missing, a directory, unreadable, larger than `limit` bytes or cut while it is read throws
/// Error that says which.
std::string read_file(const std::filesystem::path& path, std::size_t limit);

/// A file written piece by piece into a temporary file beside `path` (".mtt-tmp-...", created under the
/// umask), which takes its place by commit(). Without commit() the destructor removes it and `path` stays as
/// it was; a kill may leave the temporary file behind. A link at `path` is followed; a folder or device there
/// throws Error.
class AtomicFile {
 public:
  explicit AtomicFile(const std::filesystem::path& path);  ///< creates parent folders
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::string_view bytes);
  void write_at_begin(std::string_view bytes);  ///< over the first bytes that were written
  void commit();  ///< flushes file and folder to disk and renames; call once, last

 private:
  [[noreturn]] void fail(int error) const;

  std::filesystem::path path_;
  std::filesystem::path temporary_;
  int descriptor_ = -1;
};

/// Waits until the disk has the entries of a folder; false, with errno, where that failed (file systems that
/// cannot do it do not count).
bool flush_folder(const std::filesystem::path& folder);

/// Writes to a temporary file beside `path`, flushes it to disk and renames it. Parent folders are created.
void write_file_atomically(const std::filesystem::path& path, std::string_view bytes);

/// Removes the temporary files that killed processes left in `folder` and below it. Nobody may write there.
void remove_temporary_files(const std::filesystem::path& folder);

/// The path from the root, without `.`, `..` or a slash at its end, so that its last part is a name.
std::filesystem::path named_path(const std::filesystem::path& path);

/// The canonical path of a file, so that all links to it have one name; a missing file keeps its own.
std::filesystem::path real_path(const std::filesystem::path& file);

/// `relative` within `directory`, for names that a downloaded file gives: an absolute path or one with `..`
/// throws Error, as does a link out of the directory (the links of the Hugging Face cache into its own blobs
/// are allowed).
std::filesystem::path inside(const std::filesystem::path& directory, std::string_view relative);

}  // namespace mtt

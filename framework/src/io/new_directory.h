// A directory that is there complete or not at all.
#pragma once

#include <filesystem>
#include <string>

namespace mtt {

/// Throws Error for a directory that exists, is not empty and is not `is_own`, the caller's verdict that it
/// is one of `what` ("a run").
void check_own_directory(const std::filesystem::path& directory, bool is_own, const std::string& what);

/// A folder of another name beside `path`, which takes its place by commit() (or whose files move into it,
/// where `path` is an empty folder already) and is removed otherwise. A `path` that holds something throws
/// Error.
class NewDirectory {
 public:
  explicit NewDirectory(const std::filesystem::path& path);
  ~NewDirectory();
  NewDirectory(const NewDirectory&) = delete;
  NewDirectory& operator=(const NewDirectory&) = delete;

  const std::filesystem::path& folder() const { return temporary_; }  ///< to write into
  void commit();

 private:
  std::filesystem::path path_, temporary_;
};

}  // namespace mtt

// One run at a time in a directory.
#pragma once

#include <filesystem>

namespace mtt {

/// Holds a run's directory, which it makes where there is none, against other runs. The kernel releases it
/// when the process ends, however it ends. It is a lock on the folder itself, so that no file is left behind;
/// a file system that knows no such locks is not guarded.
class RunLock {
 public:
  /// A directory that another run holds, or that cannot be created or opened, throws Error.
  explicit RunLock(const std::filesystem::path& directory);
  ~RunLock();
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;

 private:
  int descriptor_ = -1;
};

}  // namespace mtt

// Probes that are kept, so that a sweep or a resumed run fits each of them once.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "probe/probe.h"

namespace mtt {

/// A folder of fitted heads. Each has the name of a digest of all that the fit depends on; it takes its place
/// only when it is complete. Several processes may share a folder: one fits, the others wait for it.
class ProbeStore {
 public:
  explicit ProbeStore(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// Gives the head of `task` the kept parameters of `key`, or calls `fit` and keeps what it left there. A
  /// file that is damaged, or that does not fit the head, is made again.
  ProbeFit find_or_fit(const std::string& key, Task& task, const std::function<ProbeFit()>& fit) const;

 private:
  std::filesystem::path folder_;
};

}  // namespace mtt

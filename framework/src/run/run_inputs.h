// What a run reads besides its configuration.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "experiment/experiment.h"

namespace mtt {

/// Digests of files, each read once.
class RunInputs {
 public:
  /// A digest of the contents of an experiment's examples, its model's directory and the run that it starts
  /// from. What is missing
  /// counts as missing; the run itself says so.
  std::string digest(const Experiment& experiment);

 private:
  const std::string& of_file(const std::filesystem::path& file);
  std::map<std::filesystem::path, std::string> known_;
};

}  // namespace mtt

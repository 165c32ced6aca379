// The weight files of a model's directory.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "io/safetensors.h"

namespace mtt {

/// All tensors of a model: model.safetensors, or the shards of model.safetensors.index.json.
class Weights {
 public:
  /// Reads `directory`. Neither file: Error that says what is there instead (pytorch_model.bin is never
  /// read).
  static Weights read(const std::filesystem::path& directory);

  const std::vector<TensorView>& tensors() const { return tensors_; }
  const std::string& source() const { return source_; }  ///< for messages

 private:
  std::vector<TensorView> tensors_;
  std::string source_;
};

}  // namespace mtt

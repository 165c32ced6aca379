// The weight files of a model's directory.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "io/safetensors.h"

namespace mtt {

/// The file of an export in 8 bits. Other programs do not look for this name, so they do not misread it.
inline constexpr std::string_view kInt8Weights = "model.int8.safetensors";
/// Behind the name of a tensor of 8 bits: that of its scales, one for each row.
inline constexpr std::string_view kScalesEnding = ".scales";

/// All tensors of a model: model.safetensors, or the shards of model.safetensors.index.json, or kInt8Weights.
class Weights {
 public:
  /// Reads `directory`. Neither file: Error that says what is there instead (pytorch_model.bin is never
  /// read).
  static Weights read(const std::filesystem::path& directory);

  const std::vector<TensorView>& tensors() const { return tensors_; }
  /// Whether they are those of an export in 8 bits.
  bool is_int8() const { return is_int8_; }
  const std::string& source() const { return source_; }  ///< for messages

 private:
  std::vector<TensorView> tensors_;
  std::string source_;
  bool is_int8_ = false;
};

}  // namespace mtt

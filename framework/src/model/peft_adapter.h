// LoRA adapters that PEFT wrote.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "model/guarded_backbone.h"

namespace mtt {

/// W + scale · B A in place (Hu et al. 2021, eq. 3), on the rows of the weight from `row` on: a [rank, in],
/// b [rows, rank].
void add_low_rank(const at::Tensor& weight, std::int64_t row, const at::Tensor& a, const at::Tensor& b,
                  double scale);

/// A directory with adapter_config.json and adapter_model.safetensors.
struct PeftAdapter {
  std::filesystem::path directory;
  std::string base;  ///< the model that it extends: a name in the caches, or a directory
  double scale = 1;  ///< alpha / rank

  /// None where the directory has no adapter_config.json. Other methods than plain LoRA throw Error.
  static std::optional<PeftAdapter> read(const std::filesystem::path& directory);

  /// W + scale · B A for every weight that the adapter extends. A tensor that belongs
  /// to no weight of the backbone, or does not fit it, throws Error.
  void merge_into(GuardedBackbone& backbone) const;
};

}  // namespace mtt

// The number format of a checkpoint, beside the float32 that everything is computed in.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "io/weights.h"
#include "mtt/value.h"

namespace mtt {

/// Checks what config.json says of number formats. `quantization_config` throws Error. Where transformers
/// would compute in another format than float32 (`dtype`, or without it that of the weights), a warning names
/// it: the vectors then differ by the rounding of that format.
void check_precision(const Value& config, const std::filesystem::path& config_file, const Weights& weights,
                     std::vector<std::string>& warnings);

}  // namespace mtt

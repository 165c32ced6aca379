// In which precision an encoder multiplies.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mtt/export.h"

namespace mtt {

/// The precision of the products of an encoder's linear layers. Everything else is float32, and so are the
/// vectors that come out. `bf16`: weights and inputs are rounded to bfloat16, sums are float32. `int8`:
/// weights have 8 bits with a scale for each output, inputs 8 bits with a scale and a zero point for each
/// token.
enum class Precision : std::uint8_t { fp32, bf16, int8 };

/// "fp32", "bf16", "int8"
MTT_API std::vector<std::string> precision_names();
MTT_API std::string precision_name(Precision precision);
/// Another name throws Error.
MTT_API Precision precision_named(std::string_view name);

}  // namespace mtt

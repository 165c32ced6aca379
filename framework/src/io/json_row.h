// Numbers as text.
#pragma once

#include <cstdint>
#include <string>

namespace mtt {

/// A row of floats as JSON, each with as many digits as it takes to read it back.
std::string json_row(const float* values, std::int64_t count);
/// A row of integers as JSON.
std::string json_row(const std::int32_t* values, std::int64_t count);

}  // namespace mtt

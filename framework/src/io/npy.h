// NumPy's .npy format, version 1.0.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "io/safetensors_format.h"

namespace mtt {

/// The bytes before a C-ordered little-endian array of the given shape, of float32, int8 or uint8.
std::string npy_header(const std::vector<std::int64_t>& shape, DType dtype = DType::F32);
/// float32
void write_npy(const std::filesystem::path& path, const float* data, const std::vector<std::int64_t>& shape);

}  // namespace mtt

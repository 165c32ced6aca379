// NumPy's .npy format, version 1.0, for float32 matrices.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace mtt {

/// The bytes of a C-ordered little-endian float32 array of the given shape.
std::string npy_header(const std::vector<std::int64_t>& shape);
void write_npy(const std::filesystem::path& path, const float* data, const std::vector<std::int64_t>& shape);

}  // namespace mtt

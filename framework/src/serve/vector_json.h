// Vectors in answers.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>

namespace mtt {

/// Row `row` of float vectors [N, D] as a JSON array, or as a JSON string of the base64 of its little-endian
/// floats.
std::string vector_json(const at::Tensor& vectors, std::int64_t row, bool base64);

/// All rows as an array of arrays.
std::string matrix_json(const at::Tensor& vectors);

/// The cosine of two rows of float vectors [N, D].
double cosine(const at::Tensor& vectors, std::int64_t a, std::int64_t b);

}  // namespace mtt

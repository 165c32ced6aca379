// Vectors of integers or bits, as sentence-transformers' quantize_embeddings makes them.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

namespace mtt {

/// The kinds of quantized vectors: a byte for each dimension, or a bit.
enum class Quantization { int8, uint8, binary, ubinary };

/// Their names, and the kind of a name, which is one of them.
const std::vector<std::string>& quantization_names();
Quantization quantization(const std::string& name);

/// The smallest and the largest value of each dimension.
struct VectorRanges {
  at::Tensor smallest, largest;  ///< float [D]

  /// Of vectors [N, D], N at least 1.
  static VectorRanges of(const at::Tensor& vectors);
};

/// Float vectors [N, D] in their ranges as int8 or uint8 [N, D]: each range is divided into 255 steps, and
/// values outside of it become its ends.
at::Tensor quantized_to_bytes(const at::Tensor& vectors, const VectorRanges& ranges, Quantization kind);

/// The signs of float vectors [N, D] as bits, eight in a byte and the first one highest: uint8
/// [N, ceil(D / 8)] with 1 for values above 0, or int8, which is the same minus 128.
at::Tensor quantized_to_bits(const at::Tensor& vectors, Quantization kind);

}  // namespace mtt

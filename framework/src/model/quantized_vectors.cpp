#include "model/quantized_vectors.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace mtt {

const std::vector<std::string>& quantization_names() {
  static const std::vector<std::string> names = {"int8", "uint8", "binary", "ubinary"};
  return names;
}

Quantization quantization(const std::string& name) {
  const auto& names = quantization_names();
  return static_cast<Quantization>(std::find(names.begin(), names.end(), name) - names.begin());
}

VectorRanges VectorRanges::of(const at::Tensor& vectors) {
  return {std::get<0>(vectors.min(0)), std::get<0>(vectors.max(0))};
}

at::Tensor quantized_to_bytes(const at::Tensor& vectors, const VectorRanges& ranges, Quantization kind) {
  const at::Tensor range = (ranges.largest - ranges.smallest) / 255;
  const at::Tensor steps = at::where(range == 0, 1, range);
  const at::Tensor places = ((vectors - ranges.smallest) / steps).floor().clamp(0, 255);
  return kind == Quantization::uint8 ? places.to(at::kByte) : (places - 128).to(at::kChar);
}

at::Tensor quantized_to_bits(const at::Tensor& vectors, Quantization kind) {
  const std::int64_t rows = vectors.size(0), bytes = (vectors.size(1) + 7) / 8;
  const at::Tensor padded = at::constant_pad_nd(vectors, {0, bytes * 8 - vectors.size(1)});
  const at::Tensor bits = (padded > 0).to(at::kInt).reshape({rows, bytes, 8});
  const at::Tensor weights = at::tensor({128, 64, 32, 16, 8, 4, 2, 1}, at::kInt);
  const at::Tensor all = (bits * weights).sum(2);
  return kind == Quantization::ubinary ? all.to(at::kByte) : (all - 128).to(at::kChar);
}

}  // namespace mtt

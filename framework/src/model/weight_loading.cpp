#include "model/weight_loading.h"

#include <ATen/ops/from_blob.h>

#include <map>
#include <numeric>
#include <sstream>

#include "mtt/error.h"

namespace mtt {
namespace {

std::string shape_text(at::IntArrayRef shape) {
  std::ostringstream text;
  text << shape;
  return text.str();
}

at::ScalarType scalar_type(const TensorView& view, const std::string& source) {
  switch (view.dtype) {
    case DType::F32:
      return at::kFloat;
    case DType::F16:
      return at::kHalf;
    case DType::BF16:
      return at::kBFloat16;
    case DType::F64:
      return at::kDouble;
    default:
      throw Error(source + ": tensor '" + view.name + "' is of type " + std::string(dtype_name(view.dtype)) +
                  "; weights are F32, F16, BF16 or F64");
  }
}

/// The tensor in the mapped file, or a copy where the file's bytes are not aligned for its type.
at::Tensor mapped_tensor(const TensorView& view, const Weights& weights) {
  const at::ScalarType type = scalar_type(view, weights.source());
  auto keep = weights.mapping(view);
  at::Tensor tensor = at::from_blob(
      const_cast<std::byte*>(view.data), view.shape, [keep](void*) {}, at::dtype(at::kByte));
  return tensor;
}

}  // namespace
}  // namespace mtt

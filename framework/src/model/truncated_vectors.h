// Vectors of fewer dimensions.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace mtt {

/// The first `width` columns of vectors [N, D], each row of length 1 again where `normalize`. `width` D gives
/// the vectors as they are; another one outside 1 .. D throws Error.
at::Tensor truncated_vectors(const at::Tensor& vectors, std::int64_t width, bool normalize);

}  // namespace mtt

// Inner products of the tasks' gradients.
#pragma once

#include <ATen/core/Tensor.h>

namespace mtt {

/// float64 [N, N] of contiguous float32 rows [N, P]: the inner product of each pair, summed in double
/// precision. The bits do not depend on the number of threads.
at::Tensor gram_matrix(const at::Tensor& rows);

}  // namespace mtt

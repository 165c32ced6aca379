// Sentence vectors of a large batch whose activations are not kept.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <vector>

namespace mtt {

/// Vectors that are computed in parts: without a graph at first, and once more with one when their gradient
/// is asked for, so that memory holds the activations of one part only. Together with a loss on all vectors
/// this is gradient caching (Gao et al. 2021, "Scaling Deep Contrastive Learning Batch Size under Memory
/// Limited Setup").
///
/// `encode` gives the vectors [n, D] of a part, one tensor for each reading; it must give the same ones when
/// it is called again, and is called as long as the result's graph lives. parts: the rows of each part in the
/// result. parameters: those that gradients may be asked for.
/// → [B, D] for each reading, with a gradient where gradients are recorded and a parameter requires one.
std::vector<at::Tensor> recomputed_vectors(
    const std::function<std::vector<at::Tensor>(std::size_t part)>& encode,
    const std::vector<std::vector<std::int64_t>>& parts, const std::vector<at::Tensor>& parameters);

}  // namespace mtt

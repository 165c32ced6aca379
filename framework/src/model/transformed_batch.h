// Batches as the head of a task changes them.
#pragma once

#include <cstdint>
#include <vector>

#include "model/task.h"
#include "mtt/packed_batch.h"
#include "mtt/value.h"

namespace mtt {

/// A batch with the ids that a head gave, and the head's targets.
struct TransformedBatch {
  PackedBatch batch;
  at::Tensor targets;
};

/// The seed of all draws in scoring, whatever that of the run.
inline constexpr std::uint64_t kScoringSeed = 1;

/// Transforms each input of a batch on its own. Its draws depend on the seed and on its entry of `numbers`
/// [B] alone, so they are the same in any batch. `vocabulary`: rows of the backbone's embedding.
TransformedBatch transform_batch(const Task& task, const PackedBatch& batch,
                                 const std::vector<std::int64_t>& numbers, std::uint64_t seed,
                                 std::int64_t vocabulary);

/// The targets of each input [B] as an array, with null where a row has none. `batch` gives the rows of
/// targets of tokens; of sentences there is one for each input.
std::vector<Value> target_labels(const at::Tensor& targets, const PackedBatch& batch, bool tokens);

}  // namespace mtt

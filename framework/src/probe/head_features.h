// What heads read of their examples, computed once.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "model/task.h"

namespace mtt {

/// Some examples of HeadFeatures, as a head is given them.
struct FeaturePart {
  PackedBatch batch;  ///< `offsets` alone: of a head that reads tokens those with a target
  Groups groups;
  at::Tensor features, targets;

  /// The head's encoding, in this dtype; it refers to `batch`.
  Encoding encoding(const Reads& reads, at::ScalarType type) const;
};

/// What a head reads of its examples that have a target, example by example: exactly what it reads in
/// training (layer, pooling, normalisation, prompt), in evaluation mode.
struct HeadFeatures {
  std::vector<std::int64_t> examples;      ///< [E]: the numbers of the file's examples, in order
  std::vector<std::int64_t> starts = {0};  ///< [E+1]: example e has the targets starts[e] .. starts[e+1]-1
  at::Tensor features;                     ///< float [R, D]: one row per target, or the inputs of all groups
  Groups groups = {};                      ///< of a head that reads groups: one per target; else empty
  at::Tensor targets;                      ///< [N] or [N, C], as `Head::prepare` gives them

  std::int64_t rows() const { return starts.back(); }  ///< N
  /// One row of features per target: of a group its first input. float [N, D]
  at::Tensor leading() const;
  /// The examples first .. last-1 as a head is given them.
  FeaturePart part(std::int64_t first, std::int64_t last) const;
  /// The examples at these places 0 .. E-1, in this order.
  HeadFeatures selected(const std::vector<std::int64_t>& places) const;
};

/// The rows of `targets`, [R] or [R, C], that have a target: int64, one per such row.
at::Tensor rows_with_target(const at::Tensor& targets);

}  // namespace mtt

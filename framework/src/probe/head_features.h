// What heads read of their examples, computed once.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "model/encoder.h"

namespace mtt {

/// The rows of a head's features that have a target, example by example: exactly what the head reads in
/// training (layer, pooling, normalisation, prompt), in evaluation mode.
struct HeadFeatures {
  std::vector<std::int64_t> examples;  ///< [E]: the numbers of the file's examples, in the order of the rows
  std::vector<std::int64_t> starts;    ///< [E+1]: example e has the rows starts[e] .. starts[e+1]-1
  at::Tensor features;                 ///< float [R, D]: tokens or sentences, or first sentences of pairs
  at::Tensor partners;                 ///< float [R, D]: second sentences of pairs; else undefined
  at::Tensor targets;                  ///< [R] or [R, C], as `Head::prepare` gives them

  std::int64_t rows() const { return features.size(0); }
  /// What the head is given for the rows first .. first+count-1, in this dtype.
  Encoding encoding(Level level, std::int64_t first, std::int64_t count, at::ScalarType type) const;
  /// The same for a part of the examples: places 0 .. E-1, in this order.
  HeadFeatures part(const std::vector<std::int64_t>& places) const;
};

/// The rows of `targets`, [R] or [R, C], that have a target: int64, one per such row.
at::Tensor rows_with_target(const at::Tensor& targets);

/// A head whose features are wanted, with the label of every example (null: none).
struct FeatureReader {
  const Task* task = nullptr;
  std::vector<Value> labels;
  bool lenient = false;  ///< an example whose label the head refuses is left out instead of throwing Error
};

/// How texts are run.
struct FeaturePass {
  std::int64_t threads = 1;
  std::int64_t tokens_per_forward = 512;
  std::function<void(double share)> progress = {};
};

/// The features of several heads from one pass over the texts of a file; `partners` are the second sentences
/// of pairs, and empty for heads that read single texts. Results depend on the texts alone. Features that are
/// not finite throw Error with the name of the task.
std::vector<HeadFeatures> gather_features(const Encoder& encoder, const std::vector<FeatureReader>& readers,
                                          const std::vector<std::string>& texts,
                                          const std::vector<std::string>& partners, const FeaturePass& pass);

}  // namespace mtt

// The features of heads, from one pass over the texts of a file.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "model/encoder.h"
#include "probe/head_features.h"

namespace mtt {

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

/// The features of several heads from one pass over the texts of a file; `second_texts` are those of pairs,
/// and empty for heads that read single texts. All readers read the same inputs: texts, joint pairs, or
/// groups of sentences.
/// Results depend on the texts alone. Features that are not finite throw Error with the name of the task.
std::vector<HeadFeatures> gather_features(const Encoder& encoder, const std::vector<FeatureReader>& readers,
                                          const std::vector<std::string>& texts,
                                          const std::vector<std::string>& second_texts,
                                          const FeaturePass& pass);

}  // namespace mtt

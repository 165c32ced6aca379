// One forward pass that many heads read.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "model/reading.h"
#include "model/sentence_modules.h"
#include "mtt/backbone.h"
#include "mtt/encoding.h"
#include "mtt/head.h"

namespace mtt {

/// The hidden states of one forward pass at the layers that somebody reads, and the sentence vectors made of
/// them, each computed once. States that are known already (from a cache) are given first. The batch must
/// live as long as this and what it gives.
class SharedEncoding {
 public:
  SharedEncoding(const Backbone& backbone, const SentenceModules& modules, const PackedBatch& batch)
      : backbone_(backbone), modules_(modules), batch_(batch) {}

  /// hidden states [T, H] at a layer, or sentence vectors [B, D] of a reading, that need no computing.
  void know_tokens(std::int64_t layer, at::Tensor hidden) { hidden_[layer] = std::move(hidden); }
  void know_sentences(const Reading& reading, at::Tensor sentences) {
    sentences_.emplace_back(reading, std::move(sentences));
  }

  /// Computes the hidden states at these layers, each step from the highest known layer below.
  void run_to(std::vector<std::int64_t> layers);

  const at::Tensor& tokens(std::int64_t layer) const { return hidden_.at(layer); }
  at::Tensor sentences(const Reading& reading);

  /// What a head with this reading gets; its layer was run to, or is known. `groups` are for heads that read
  /// groups.
  Encoding read(const Reading& reading, const Reads& reads, const Groups& groups = {});

 private:
  const Backbone& backbone_;
  const SentenceModules& modules_;
  const PackedBatch& batch_;
  std::map<std::int64_t, at::Tensor> hidden_;
  std::vector<std::pair<Reading, at::Tensor>> sentences_;
};

/// The encoding of the leading inputs of a batch; `leading` is that batch, or a first part of it, and must
/// live as long as the result. Groups are left out of a part.
Encoding leading_inputs(const Encoding& encoding, const PackedBatch& leading);

}  // namespace mtt

// The encoder's part of a forward pass, which many heads read.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "model/guarded_backbone.h"
#include "model/reading.h"
#include "model/sentence_modules.h"
#include "model/shared_inputs.h"
#include "model/task.h"
#include "mtt/encoding.h"

namespace mtt {

/// The hidden states of one forward pass at the layers that somebody reads, and the sentence vectors made of
/// them, each computed once. States that are known already (from a cache) are given first. The inputs must
/// live as long as this and what it gives.
class SharedEncoding {
 public:
  SharedEncoding(const GuardedBackbone& backbone, const SentenceModules& modules, const SharedInputs& inputs)
      : backbone_(backbone), modules_(modules), inputs_(inputs) {}

  /// hidden states [T, H] at a layer, or sentence vectors [B, D] of a reading, that need no computing.
  void know_tokens(std::int64_t layer, at::Tensor hidden) { hidden_[layer] = std::move(hidden); }
  void know_sentences(const Reading& reading, at::Tensor sentences) {
    sentences_.emplace_back(reading, std::move(sentences));
  }

  /// Computes the hidden states at these layers, each step from the highest known layer below.
  void run_to(std::vector<std::int64_t> layers);
  /// The same for the layers that these tasks read, as far as they are not known.
  void run_for(const std::vector<const Task*>& tasks);

  /// What was run to, or is known: hidden states at a layer, sentence vectors of a reading, and what the head
  /// of a task gets, of the inputs that it reads.
  const at::Tensor& tokens(std::int64_t layer) const { return hidden_.at(layer); }
  at::Tensor sentences(const Reading& reading);
  Encoding read(const Task& task);

 private:
  std::int64_t layer_of(const Reading& reading) const { return reading.layer_in(backbone_.shape().layers); }
  /// Undefined: not made yet.
  at::Tensor made_sentences(const Reading& reading) const;

  const GuardedBackbone& backbone_;
  const SentenceModules& modules_;
  const SharedInputs& inputs_;
  std::map<std::int64_t, at::Tensor> hidden_;
  std::vector<std::pair<Reading, at::Tensor>> sentences_;
};

}  // namespace mtt

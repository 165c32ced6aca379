// One shared encoder and its heads.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/guarded_backbone.h"
#include "model/sentence_modules.h"
#include "model/shared_inputs.h"
#include "model/task.h"
#include "mtt/encoding.h"

namespace mtt {

/// Which of the model's own vectors are wanted.
struct OwnVectors {
  bool sentences = false;
  bool tokens = false;
  std::optional<bool> normalize = {};  ///< of sentence vectors; none: as the model does

  bool operator==(const OwnVectors&) const = default;
};

/// What one forward pass gives.
struct Outputs {
  at::Tensor sentences;            ///< [texts, D]; undefined where not asked for
  at::Tensor tokens;               ///< [T, H], of the last layer; undefined where not asked for
  std::vector<at::Tensor> logits;  ///< one for each of the tasks
};

/// backbone → sentence modules → heads. All heads run over one shared encoding.
class MultiTaskModel {
 public:
  MultiTaskModel(GuardedBackbone backbone, std::unique_ptr<SentenceModules> modules);

  /// Adds a task whose head is already built for `feature_width`.
  void add(Task task);

  /// The size of the vectors that a head with this reading gets: of sentences, or of tokens. A layer that the
  /// backbone lacks throws Error.
  std::int64_t sentence_width(const Reading& reading) const;
  std::int64_t token_width(const Reading& reading) const;
  std::int64_t feature_width(const Task& task) const {
    return task.reads_tokens() ? token_width(task.reading) : sentence_width(task.reading);
  }

  /// Whether a task reads single texts; tasks on pairs predict nothing for one.
  bool reads_single_texts() const;
  /// Whether a task reads second texts.
  bool reads_pairs() const;

  /// One shared pass for these tasks, and for the model's own vectors of the texts.
  Outputs forward(const SharedInputs& inputs, const std::vector<const Task*>& tasks,
                  const OwnVectors& own) const;

  /// What the heads of these tasks get, of one shared pass. The inputs must live as long as the result.
  std::vector<Encoding> encode_for(const std::vector<const Task*>& tasks, const SharedInputs& inputs) const;

  /// Training mode (dropout active) for all parts.
  void train(bool on);

  /// All parameters: backbone.…, sentence.… (dense layers after pooling), heads.<task>.…
  std::vector<nn::NamedParameter> parameters() const;

  const GuardedBackbone& backbone() const { return backbone_; }
  GuardedBackbone& backbone() { return backbone_; }
  const SentenceModules& modules() const { return *modules_; }
  SentenceModules& modules() { return *modules_; }
  const std::vector<Task>& tasks() const { return tasks_; }
  std::vector<Task>& tasks() { return tasks_; }

 private:
  GuardedBackbone backbone_;
  std::unique_ptr<SentenceModules> modules_;
  std::vector<Task> tasks_;
};

}  // namespace mtt

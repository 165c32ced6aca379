// One shared encoder and its heads.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/sentence_modules.h"
#include "model/shared_encoding.h"
#include "mtt/backbone.h"
#include "mtt/head.h"
#include "plugin/plugin_call.h"

namespace mtt {

/// A head in a model.
struct Task {
  std::string name;
  std::string plugin;  ///< the head plugin's name
  Reading reading;
  std::unique_ptr<Head> head;
  bool trained = false;  ///< its weights come from a file or from examples
};

/// A call into a task's head. The task must live as long as it.
inline PluginCall call_of(const Task& task, const char* doing) {
  return {"head", task.plugin, task.name, doing};
}

/// What one forward pass gives.
struct Outputs {
  at::Tensor sentences;            ///< [B, D]; undefined where not asked for
  std::vector<at::Tensor> logits;  ///< one a task; empty where not asked for
};

/// backbone → sentence modules → heads. All heads run over one shared encoding.
class MultiTaskModel {
 public:
  MultiTaskModel(std::unique_ptr<Backbone> backbone, std::unique_ptr<SentenceModules> modules);

  /// Adds a task whose head is already built for `feature_width(reading, level)`.
  void add(Task task);

  /// The size of the features that a head with this reading gets.
  std::int64_t feature_width(const Reading& reading, Level level) const;

  Outputs forward(const TokenBatch& batch, bool want_sentences, bool want_logits) const;

  /// What heads with these readings get, of one shared pass: for closed-form initialisation.
  std::vector<Encoding> encode_for(const std::vector<std::pair<Reading, Level>>& readers,
                                   const TokenBatch& batch) const;

  /// Training mode (dropout active) for all parts.
  void train(bool on);

  /// All parameters: backbone.…, sentence.… (dense layers after pooling), heads.<task>.…
  std::vector<nn::NamedParameter> parameters() const;

  const Backbone& backbone() const { return *backbone_; }
  Backbone& backbone() { return *backbone_; }
  const SentenceModules& modules() const { return *modules_; }
  SentenceModules& modules() { return *modules_; }
  const std::vector<Task>& tasks() const { return tasks_; }
  std::vector<Task>& tasks() { return tasks_; }

 private:
  std::unique_ptr<Backbone> backbone_;
  std::unique_ptr<SentenceModules> modules_;
  std::vector<Task> tasks_;
};

}  // namespace mtt

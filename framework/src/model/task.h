// A head in a model, and every call into it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/reading.h"
#include "mtt/head.h"
#include "plugin/plugin_call.h"

namespace mtt {

/// A head with its name and what it reads. Nothing else calls a head: each call names the plugin and the task
/// in whatever goes wrong, and what a head gives is held to its contract. `forward`, `prepare`, `decode` and
/// `score` may be called from several threads at once.
class Task {
 public:
  std::string name;
  std::string plugin;  ///< the head plugin's name
  Reading reading = {};
  bool trained = false;                          ///< its weights come from a file or from examples
  ProblemType problem_type = ProblemType::none;  ///< of the plugin
  InputKind input = InputKind::text;

  Task() = default;
  Task(std::string name, std::string plugin, Reading reading, std::unique_ptr<Head> head,
       bool trained = false, ProblemType problem_type = ProblemType::none);

  // What the head is. After a call of `learn_labels` or `restore` for what depends on labels.
  Reads reads() const;
  bool reads_tokens() const { return reads().unit == Reads::Unit::token; }
  bool grouped() const { return reads().grouped; }
  /// Whether it reads joint pairs, given that examples have second texts or not.
  bool joint(bool second_texts) const {
    return input == InputKind::joint || (input == InputKind::text_or_joint && second_texts);
  }
  /// Whether it reads the second texts of examples that have some.
  bool reads_pairs() const { return grouped() || joint(true); }
  /// Whether it can read a text without a second one.
  bool reads_single_texts() const { return !grouped() && input != InputKind::joint; }
  bool coupled() const;
  bool convex() const;
  bool transforms() const;
  LossKind loss_kind() const;
  LabelKind label_kind() const;
  double penalty_scale() const;
  std::vector<std::string> label_names() const;
  std::vector<std::string> output_names() const;
  std::vector<std::string> initialisations() const;

  // The head's life.
  void learn_labels(const std::vector<Value>& labels);
  void learn_vocabulary(const Vocabulary& vocabulary);
  void restore(const Value& state);
  Value state() const;
  void build(std::int64_t width);
  void initialise(const std::string& method, const at::Tensor& features, const at::Tensor& targets);

  /// The head's parameters, mode and draws, which are no calls into the plugin.
  nn::Module& module() { return *head_; }
  const nn::Module& module() const { return *head_; }

  /// Logits; an undefined tensor throws Error.
  at::Tensor forward(const Encoding& encoding) const;
  /// `groups` of the batch; a head that does not read them gets none.
  at::Tensor prepare(const std::vector<Value>& labels, const PackedBatch& batch, const Groups& groups) const;
  /// `input` has one input. Ids outside 0 .. vocabulary-1 and tensors of another shape or type throw Error.
  TransformedInput transform(const PackedBatch& input, std::int64_t vocabulary, RandomStream& random) const;
  /// A scalar, with a gradient where the encoding or the head is trained; else throws Error.
  at::Tensor loss(const Encoding& encoding, const at::Tensor& targets) const;
  /// How many targets the loss runs over: finite, 0 or more; else throws Error.
  double count(const at::Tensor& targets) const;

  /// `expected` predictions, with the `top` most probable classes (see add_top_classes). A head that does not
  /// read groups gets none. Logits that are not finite, another count, and text in a prediction that is not
  /// valid UTF-8 throw Error.
  std::vector<Value> decode(const at::Tensor& logits, const PackedBatch& batch, const Groups& groups,
                            std::size_t expected, std::int64_t top) const;
  /// [predictions, label_names()], finite; undefined where the head gives none.
  at::Tensor probabilities(const at::Tensor& logits, std::size_t predictions) const;
  /// At least one metric, each with a name of its own; else throws Error: scores are kept by name.
  std::vector<Metric> score(const std::vector<Value>& predictions, const std::vector<Value>& labels) const;
  /// The metrics' names, main metric first, with NaN for values.
  std::vector<Metric> metrics() const { return score({}, {}); }
  std::optional<bool> right(const Value& prediction, const Value& label) const;

 private:
  PluginCall call(const char* doing) const { return {"head", plugin, name, doing}; }
  /// "task 'intent': the head 'classification' "
  std::string who() const;

  std::unique_ptr<Head> head_;
};

}  // namespace mtt

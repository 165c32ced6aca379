// What a head plugin implements.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mtt/encoding.h"
#include "mtt/label_kind.h"
#include "mtt/nn/module.h"
#include "mtt/options.h"
#include "mtt/transform.h"
#include "mtt/value.h"

namespace mtt {

/// What a head reads.
struct Reads {
  /// What a feature vector describes.
  enum class Unit { sentence, token };
  Unit unit = Unit::sentence;  ///< one vector per input, or one per token
  bool grouped = false;        ///< inputs that are compared with each other: `Encoding::groups`
  bool negatives = false;      ///< in training, groups also have the texts under an example's key
                               ///< "negatives"
};

/// The kind of a loss; weightings that model noise treat the kinds differently (Kendall et al. 2018).
enum class LossKind { classification, regression };

/// The classifiers of transformers that a head with one linear layer is equivalent to. Their checkpoints can
/// then be read and written: AutoModelForSequenceClassification by its `problem_type`, and
/// AutoModelForTokenClassification. `none` for all other heads.
enum class ProblemType {
  none,
  single_label,         ///< softmax over the outputs
  multi_label,          ///< a sigmoid for each output
  regression,           ///< one output, the value itself
  token_classification  ///< softmax over O, B-x, I-x for each token
};

/// A score of a head.
struct Metric {
  std::string name;  ///< "accuracy", "macro_f1", "entity_f1", ...
  double value = 0;
  bool higher_is_better = true;
};

/// A task head: features → logits → predictions. Order of calls: the constructor with options;
/// `learn_labels` or `restore`; `build`; then weights, from a file or by `initialise`.
/// `forward`, `prepare`, `transform`, `decode` and `score` are called from several threads at once, without
/// gradients in inference. They must not change the head.
class MTT_API Head : public nn::Module {
 public:
  ~Head() override;

  virtual Reads reads() const { return {}; }

  /// The kind of the head's labels. With a kind other than `other` (the default), labels and predictions must
  /// have the form in LabelKind; the framework then adds per-class scores, confusions and data checks.
  virtual LabelKind label_kind() const { return LabelKind::other; }

  /// Learns the label vocabulary from the labels of all training examples, in order. A label is
  /// the value under the task's field, null if an example has none. For a head that reads tokens, spans
  /// (tables with integers "start" and "end") are moved to whole words, here and in
  /// `prepare`, `score` and `right`. Invalid labels throw Error with their position.
  virtual void learn_labels(const std::vector<Value>& labels) = 0;

  /// The names of the classes that the head knows after `learn_labels` or `restore`, in its order; empty (the
  /// default) if it has none. Labels of examples that are not among them count as unknown.
  virtual std::vector<std::string> label_names() const { return {}; }

  /// A few labels that the head accepts, valid for any text, for `mtt plugins check`. Needed if
  /// `label_kind` is `other` and labels are tables or have a special form; null means no label.
  virtual std::vector<Value> example_labels() const { return {}; }

  /// Everything that must be saved in addition to the weights; `restore` loads it.
  virtual Value state() const = 0;
  virtual void restore(const Value& state) = 0;

  /// Registers the parameters. `width` is the size of the features: D for sentences, H for tokens.
  virtual void build(std::int64_t width) = 0;

  /// Encoding → logits, one row per input [B, K], per token [T, K] or per group [G, K].
  virtual at::Tensor forward(const Encoding& encoding) const = 0;

  /// Labels of a batch → targets, on the host, one row per input [B], per token [T] or per group [G]; several
  /// columns [B, C] if the head has no closed form. If a label is null, or a token has none, the row
  /// is `kNoTarget` (or NaN for floating targets). There is one label per input, or per group for a head that
  /// reads groups; `groups` are empty for all others. `batch` is on the host. Not called where `transforms`.
  virtual at::Tensor prepare(const std::vector<Value>& labels, const PackedBatch& batch,
                             const Groups& groups) const = 0;

  /// Whether the head changes the inputs that it learns from and is scored on, and makes its targets of them
  /// (masked language modelling). Its examples need no labels: `learn_labels` gets nulls, and `score` gets as
  /// labels the targets of each input, an array with null where a row has none. Its training file is its own.
  /// Such a head is not grouped, coupled or convex and has no closed forms.
  virtual bool transforms() const { return false; }
  /// Of a head that transforms: called after `learn_labels`, before `build`. `state` keeps what is needed of
  /// it.
  virtual void learn_vocabulary(const Vocabulary&) {}
  /// Of a head that transforms: an input changed, with its targets. `input` is a batch on the host with this
  /// input alone. `random` depends on the run's seed, the task, the step and the number of the example, in
  /// scoring on that number alone; draw from nothing else. The default throws Error.
  virtual TransformedInput transform(const PackedBatch& input, RandomStream& random) const;

  /// The loss, summed over all rows that have a target: a scalar. The framework divides by `count`, once
  /// for the whole step, so the losses of different heads are comparable. Override either this function or,
  /// if the loss needs more than the logits (sequences, other examples of the step), the one below.
  virtual at::Tensor loss(const at::Tensor& logits, const at::Tensor& targets) const;
  /// The same from the encoding; by default loss(forward(encoding), targets).
  virtual at::Tensor loss(const Encoding& encoding, const at::Tensor& targets) const;

  /// The divisor of the loss: the number of rows that have a target, or the sum of their weights if classes
  /// are weighted. Called before the forward pass.
  virtual double count(const at::Tensor& targets) const;

  virtual LossKind loss_kind() const { return LossKind::classification; }

  /// True if the loss of an example depends on the others of its step (in-batch negatives). The encoding
  /// and its batch then hold all examples that the step takes from the task's file. If the head reads
  /// sentence vectors, they are still computed in micro-batches (gradient caching).
  virtual bool coupled() const { return false; }

  /// Whether the framework may fit the head as a probe: `loss(encoding, targets)` is convex in the head's
  /// parameters and a sum over rows with a target, without dropout, and also works in float64 (constants
  /// take the dtype of the logits). A probe reads only rows with a target: its batch has `offsets` alone, and
  /// an input of a head that reads tokens has only its tokens with a target.
  virtual bool convex() const { return false; }

  /// A factor of the probe's L2 penalty that gives `C` the same meaning as in scikit-learn: 2 for a softmax
  /// over two classes, since scikit-learn then has one row of weights.
  virtual double penalty_scale() const { return 1; }

  /// Logits → one prediction per input, or per group for a head that reads groups, as a table that prints as
  /// JSON. Logits, batch and groups are on the host; the groups are empty for a head that does not read them.
  virtual std::vector<Value> decode(const at::Tensor& logits, const PackedBatch& batch,
                                    const Groups& groups) const = 0;

  /// Logits → the probability of each of `label_names()`, [B, K] in their order; an undefined tensor (the
  /// default) if the head has none. Called like `decode`.
  virtual at::Tensor probabilities(const at::Tensor& logits) const;

  /// Scores predictions (from `decode`) against labels. Null labels are ignored; a label that does not occur
  /// in the training set counts as wrong. The first metric is the task's main one. The names must depend only
  /// on the options: before `learn_labels` they are read by a call with empty lists, whose values are NaN.
  virtual std::vector<Metric> score(const std::vector<Value>& predictions,
                                    const std::vector<Value>& labels) const = 0;

  /// Whether a prediction equals the label in all its parts, for the exact match over several tasks; nullopt
  /// (the default) if this is not defined, as for numbers.
  virtual std::optional<bool> right(const Value& prediction, const Value& label) const;

  /// For a head with a ProblemType: the names of its outputs in the order of the rows of its weights, as in
  /// `id2label` of transformers. Throws Error with the reason if the class of transformers cannot represent
  /// the head.
  virtual std::vector<std::string> output_names() const { return label_names(); }

  /// Sets the weights in closed form. features [N, width] and targets [N], only rows that have a target.
  /// The default throws Error: the head has no closed form. `method` is one of `initialisations()`.
  virtual void initialise(const std::string& method, const at::Tensor& features, const at::Tensor& targets);
  virtual std::vector<std::string> initialisations() const { return {}; }

  static constexpr std::int64_t kNoTarget = -100;
};

/// A registered head.
struct HeadPlugin {
  std::string name;     ///< [a-z0-9_-]+; the plugin's folder and its TOML value
  std::string summary;  ///< one sentence
  OptionList options;
  std::function<std::unique_ptr<Head>(const Options& options)> create;
  ProblemType problem_type = ProblemType::none;
  /// What other systems call it: a user who writes one of these is told the name.
  std::vector<std::string> other_names = {};
};

}  // namespace mtt

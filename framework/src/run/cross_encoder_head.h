// The outputs of a cross-encoder.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/encoder.h"
#include "mtt/head.h"
#include "mtt/nn/layers.h"

namespace mtt {

/// What sentence-transformers' CrossEncoder applies to the logits of a directory.
enum class ScoreActivation { sigmoid, identity };

/// The activation of a cross-encoder directory of sentence-transformers: `activation_fn` of
/// config_sentence_transformers.json, or of config.json (versions before 5), else sigmoid for one output and
/// none for several. None: the directory is no cross-encoder. Another activation throws Error with its place.
std::optional<ScoreActivation> cross_encoder_activation(const Encoder& encoder, std::size_t outputs);

/// A linear layer whose outputs are scores, as CrossEncoder.predict gives them. It cannot be trained.
class CrossEncoderHead : public Head {
 public:
  CrossEncoderHead(std::vector<std::string> labels, ScoreActivation activation)
      : labels_(std::move(labels)), activation_(activation) {}

  LabelKind label_kind() const override;
  std::vector<std::string> label_names() const override;
  void learn_labels(const std::vector<Value>&) override {}
  Value state() const override { return Value::Table{}; }
  void restore(const Value&) override {}
  void build(std::int64_t width) override;
  at::Tensor forward(const Encoding& encoding) const override;
  at::Tensor prepare(const std::vector<Value>& labels, const PackedBatch& batch,
                     const Groups&) const override;
  /// {"score": 0.83} for one output; {"label": "entailment", "scores": {"entailment": 2.1, ...}} for several
  std::vector<Value> decode(const at::Tensor& logits, const PackedBatch& batch, const Groups&) const override;
  /// Correlations for one output, accuracy for several.
  std::vector<Metric> score(const std::vector<Value>& predictions,
                            const std::vector<Value>& labels) const override;
  std::optional<bool> right(const Value& prediction, const Value& label) const override;

 private:
  bool single() const { return labels_.size() == 1; }

  std::vector<std::string> labels_;
  ScoreActivation activation_;
  nn::Linear* classifier_ = nullptr;
};

}  // namespace mtt

#include "run/cross_encoder_head.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>

#include <algorithm>

#include "model/json_file.h"
#include "mtt/error.h"
#include "mtt/label_set.h"
#include "mtt/metrics.h"
#include "mtt/nn/sigmoid.h"
#include "text/component_json.h"

namespace mtt {
namespace {

ScoreActivation read_activation(const Value& name) {
  if (name.string() == "torch.nn.modules.activation.Sigmoid") return ScoreActivation::sigmoid;
  if (name.string() == "torch.nn.modules.linear.Identity") return ScoreActivation::identity;
  name.refuse("the cross-encoder's activation_fn " + name.json() +
              " is not supported; expected \"torch.nn.modules.activation.Sigmoid\" or "
              "\"torch.nn.modules.linear.Identity\"");
}

}  // namespace

std::optional<ScoreActivation> cross_encoder_activation(const Encoder& encoder, std::size_t outputs) {
  const Value& config = encoder.directory.config;
  const auto own = read_json_if_there(encoder.directory.path / "config_sentence_transformers.json");
  const Value* type = own ? own->find("model_type") : nullptr;
  const Value* section = config.find("sentence_transformers");
  const Value* activation = config.find("sbert_ce_default_activation_function");
  if (type && type->is(Value::Kind::string) && type->string() == "CrossEncoder")
    activation = own->find("activation_fn");
  else if (!is_null(section) && section->find("activation_fn"))
    activation = section->find("activation_fn");
  else if (is_null(activation))
    return std::nullopt;
  if (!is_null(activation)) return read_activation(*activation);
  return outputs == 1 ? ScoreActivation::sigmoid : ScoreActivation::identity;
}

LabelKind CrossEncoderHead::label_kind() const { return single() ? LabelKind::numbers : LabelKind::classes; }

std::vector<std::string> CrossEncoderHead::label_names() const {
  return single() ? std::vector<std::string>() : labels_;
}

void CrossEncoderHead::build(std::int64_t width) {
  classifier_ = &child<nn::Linear>("classifier", width, static_cast<std::int64_t>(labels_.size()));
}

at::Tensor CrossEncoderHead::forward(const Encoding& encoding) const {
  return classifier_->forward(encoding.sentences);
}

at::Tensor CrossEncoderHead::prepare(const std::vector<Value>& labels, const PackedBatch&,
                                     const Groups&) const {
  return at::empty({static_cast<std::int64_t>(labels.size())}).fill_(NAN);
}

std::vector<Value> CrossEncoderHead::decode(const at::Tensor& logits, const PackedBatch&,
                                            const Groups&) const {
  const at::Tensor values = logits.contiguous();
  const float* row = values.const_data_ptr<float>();
  const auto activated = [&](float logit) {
    return activation_ == ScoreActivation::sigmoid ? nn::sigmoid(logit) : double{logit};
  };
  const auto count = static_cast<std::ptrdiff_t>(labels_.size());
  std::vector<Value> predictions;
  for (std::int64_t i = 0; i < values.size(0); ++i, row += count) {
    if (single()) {
      predictions.emplace_back(Value::Table{{"score", activated(row[0])}});
      continue;
    }
    Value all{Value::Table{}};
    for (std::size_t k = 0; k < labels_.size(); ++k) all.set(labels_[k], activated(row[k]));
    predictions.emplace_back(Value::Table{{"label", labels_[std::max_element(row, row + count) - row]},
                                          {"scores", std::move(all)}});
  }
  return predictions;
}

std::vector<Metric> CrossEncoderHead::score(const std::vector<Value>& predictions,
                                            const std::vector<Value>& labels) const {
  std::vector<double> scores, gold;
  std::vector<std::int64_t> predicted, expected;
  const LabelSet known(labels_);
  ScoredLabels numbers(known);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i].is(Value::Kind::null)) continue;
    if (single()) {
      scores.push_back(predictions[i].at("score").number());
      gold.push_back(label_number(labels[i]));
    } else {
      predicted.push_back(numbers.number(predictions[i].at("label").string()));
      expected.push_back(numbers.number(LabelSet::text(labels[i])));
    }
  }
  if (single()) return {{"spearman", spearman(scores, gold)}, {"pearson", pearson(scores, gold)}};
  return {{"accuracy", accuracy(predicted, expected)}, {"macro_f1", macro_f1(predicted, expected)}};
}

std::optional<bool> CrossEncoderHead::right(const Value& prediction, const Value& label) const {
  if (single()) return std::nullopt;
  return prediction.at("label").string() == LabelSet::text(label);
}

}  // namespace mtt

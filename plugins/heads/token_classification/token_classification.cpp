// Labelled stretches of text.
#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/ones.h>

#include <algorithm>
#include <utility>

#include "linear_chain_crf.h"
#include "mtt/error.h"
#include "mtt/label_set.h"
#include "mtt/metrics.h"
#include "mtt/nn/closed_form.h"
#include "mtt/nn/cross_entropy.h"
#include "mtt/nn/layers.h"
#include "mtt/plugin.h"
#include "span_tags.h"
#include "words.h"

namespace {

using mtt::Value;

/// The head's options.
struct TokenClassificationSettings {
  mtt::LabelSet labels;
  double dropout = 0;
  double label_smoothing = 0;
  mtt::Value class_weights = mtt::Value(Value::Table{});  ///< label or "O" = weight; others have 1
  bool crf = false;                                       ///< learns how tags follow each other
};

/// Softmax classification of words by the vector of their first sub-word, with the tags O, B-x and I-x: named
/// entities, slots. Decoding takes the best sequence in which I-x follows B-x or I-x only. With `crf` the
/// loss is that of a linear-chain CRF over the words of each input.
class TokenClassification : public mtt::Head {
 public:
  explicit TokenClassification(TokenClassificationSettings settings);

  mtt::Reads reads() const override { return {.unit = mtt::Reads::Unit::token}; }
  mtt::LabelKind label_kind() const override { return mtt::LabelKind::spans; }
  std::vector<std::string> label_names() const override { return labels_.names(); }
  std::vector<std::string> output_names() const override;
  void learn_labels(const std::vector<mtt::Value>& labels) override;
  mtt::Value state() const override;
  void restore(const mtt::Value& state) override;
  void build(std::int64_t width) override;
  at::Tensor forward(const mtt::Encoding& encoding) const override;
  at::Tensor prepare(const std::vector<mtt::Value>& labels, const mtt::PackedBatch& batch,
                     const mtt::Groups&) const override;
  at::Tensor loss(const mtt::Encoding& encoding, const at::Tensor& targets) const override;
  bool convex() const override { return true; }
  double count(const at::Tensor& targets) const override;
  /// {"entities": [{"start": 5, "end": 14, "label": "song", "text": "Yesterday", "score": 0.91}]}; characters
  /// are code points, the score is the mean probability of the entity's tags.
  std::vector<mtt::Value> decode(const at::Tensor& logits, const mtt::PackedBatch& batch,
                                 const mtt::Groups&) const override;
  std::vector<mtt::Metric> score(const std::vector<mtt::Value>& predictions,
                                 const std::vector<mtt::Value>& labels) const override;
  std::optional<bool> right(const mtt::Value& prediction, const mtt::Value& label) const override;
  void initialise(const std::string& method, const at::Tensor& features, const at::Tensor& targets) override;
  std::vector<std::string> initialisations() const override { return {"class_means", "ridge"}; }

 private:
  SpanTags tags() const { return SpanTags(labels_.size()); }
  void learn_weights();

  TokenClassificationSettings settings_;
  mtt::LabelSet labels_;
  mtt::nn::CrossEntropy loss_;
  mtt::nn::Dropout& dropout_;
  mtt::nn::Linear* classifier_ = nullptr;
  LinearChainCrf* crf_ = nullptr;
};

TokenClassification::TokenClassification(TokenClassificationSettings settings)
    : settings_(std::move(settings)),
      labels_(settings_.labels),
      loss_{.label_smoothing = settings_.label_smoothing},
      dropout_(child<mtt::nn::Dropout>("dropout", settings_.dropout)) {
  if (!settings_.crf) return;
  if (settings_.label_smoothing > 0)
    throw mtt::Error("label_smoothing and crf = true exclude each other; remove one");
  if (!settings_.class_weights.table().empty())
    settings_.class_weights.refuse("class_weights and crf = true exclude each other; remove one");
}

void TokenClassification::learn_weights() {
  if (settings_.class_weights.table().empty()) return;
  loss_.class_weights = at::ones({tags().count()}, at::kFloat);
  auto* weights = loss_.class_weights.mutable_data_ptr<float>();
  for (const auto& [name, weight] : settings_.class_weights.table()) {
    const float value = mtt::nn::class_weight(weight);
    if (name == "O") {
      weights[0] = value;
      continue;
    }
    const std::int64_t label = labels_.index(Value(name).placed(weight.place()));
    weights[SpanTags::begin(label)] = weights[SpanTags::inside(label)] = value;
  }
}

void TokenClassification::learn_labels(const std::vector<Value>& labels) {
  std::vector<std::string> names;
  for (const Value& spans : labels) {
    if (spans.is(Value::Kind::null)) continue;
    for (const auto& [second, entity] : read_spans(spans)) {
      if (labels_.size() > 0)
        labels_.index(Value(entity.label).placed(spans.place()));
      else
        names.push_back(entity.label);
    }
  }
  if (labels_.size() == 0) labels_ = mtt::LabelSet::sorted(std::move(names));
  if (labels_.size() == 0)
    throw mtt::Error("a token classification needs at least one label, but the examples have no spans");
  learn_weights();
}

Value TokenClassification::state() const { return Value::Table{{"labels", labels_.value()}}; }

void TokenClassification::restore(const Value& state) {
  labels_ = mtt::LabelSet::from_value(state.at("labels"));
}

std::vector<std::string> TokenClassification::output_names() const {
  if (settings_.crf)
    throw mtt::Error("the head has a CRF, which the token classifiers of transformers do not support");
  std::vector<std::string> names = {"O"};
  for (const std::string& label : labels_.names())
    for (const char* begin : {"B-", "I-"}) names.push_back(begin + label);
  return names;
}

void TokenClassification::build(std::int64_t width) {
  classifier_ = &child<mtt::nn::Linear>("classifier", width, tags().count());
  if (settings_.crf) crf_ = &child<LinearChainCrf>("crf", tags().rules());
}

at::Tensor TokenClassification::forward(const mtt::Encoding& encoding) const {
  return classifier_->forward(dropout_.forward(encoding.tokens));
}

at::Tensor TokenClassification::prepare(const std::vector<Value>& labels, const mtt::PackedBatch& batch,
                                        const mtt::Groups&) const {
  at::Tensor targets = at::full({batch.tokens()}, kNoTarget, at::kLong);
  auto* out = targets.mutable_data_ptr<std::int64_t>();
  for (std::int64_t s = 0; s < batch.size(); ++s) {
    if (labels[s].is(Value::Kind::null)) continue;
    const auto spans = read_spans(labels[s], characters_of(batch, s));
    const TextSpan* before = nullptr;
    for (const Word& word : words_of(batch, s)) {
      const auto covers = [&](const TextSpan& span) {
        return span.second == word.second && span.entity.span.begin < word.chars.end &&
               word.chars.begin < span.entity.span.end;
      };
      const auto found = std::find_if(spans.begin(), spans.end(), covers);
      const TextSpan* span = found == spans.end() ? nullptr : &*found;
      if (span) {
        const std::int64_t label = labels_.index(Value(span->entity.label).placed(labels[s].place()));
        out[word.token] = span == before ? SpanTags::inside(label) : SpanTags::begin(label);
      } else {
        out[word.token] = 0;
      }
      before = span;
    }
  }
  return targets;
}

at::Tensor TokenClassification::loss(const mtt::Encoding& encoding, const at::Tensor& targets) const {
  const at::Tensor logits = forward(encoding);
  if (!crf_) return loss_.sum(logits, targets);
  const at::Tensor all = targets.contiguous();
  const auto* target = all.const_data_ptr<std::int64_t>();
  const std::vector<std::int64_t>& offsets = encoding.batch.offsets;
  std::vector<std::int64_t> lengths;
  for (std::int64_t b = 0; b < encoding.batch.size(); ++b) {
    const std::int64_t words = std::count_if(target + offsets[b], target + offsets[b + 1],
                                             [](std::int64_t tag) { return tag != kNoTarget; });
    if (words > 0) lengths.push_back(words);
  }
  const at::Tensor rows = targets.ne(kNoTarget).nonzero().squeeze(1);
  return crf_->negative_log_likelihood(logits.index_select(0, rows), targets.index_select(0, rows), lengths);
}

double TokenClassification::count(const at::Tensor& targets) const { return loss_.count(targets); }

std::vector<Value> TokenClassification::decode(const at::Tensor& logits, const mtt::PackedBatch& batch,
                                               const mtt::Groups&) const {
  const at::Tensor scores = (crf_ ? logits : at::log_softmax(logits, 1)).contiguous();
  const float* data = scores.const_data_ptr<float>();
  const SpanTags known = tags();
  std::vector<Value> predictions;
  predictions.reserve(batch.size());
  for (std::int64_t s = 0; s < batch.size(); ++s) {
    const std::vector<Word> words = words_of(batch, s);
    std::vector<const float*> rows;
    for (const Word& word : words) rows.push_back(data + word.token * known.count());
    const auto [tags, probabilities] = crf_ ? crf_->decode(rows) : known.best(rows);
    Value::Array found;
    for (std::size_t first = 0, last; first < words.size(); first = last) {
      last = first + 1;
      if (tags[first] == 0) continue;
      const bool second = words[first].second;
      while (last < words.size() && SpanTags::is_inside(tags[last]) && words[last].second == second) ++last;
      double score = 0;
      for (std::size_t w = first; w < last; ++w) score += probabilities[w];
      const mtt::CharSpan chars{words[first].chars.begin, words[last - 1].chars.end};
      Value entity(Value::Table{{"start", chars.begin},
                                {"end", chars.end},
                                {"label", labels_.name(SpanTags::label(tags[first]))},
                                {"text", slice(second ? batch.second_texts[s] : batch.texts[s], chars)},
                                {"score", score / static_cast<double>(last - first)}});
      if (second) entity.set("in", "text_pair");
      found.push_back(std::move(entity));
    }
    predictions.emplace_back(Value::Table{{"entities", std::move(found)}});
  }
  return predictions;
}

std::vector<mtt::Metric> TokenClassification::score(const std::vector<Value>& predictions,
                                                    const std::vector<Value>& labels) const {
  std::vector<std::vector<mtt::Entity>> predicted, gold;
  const auto of_text = [](const std::vector<TextSpan>& spans, bool second) {
    std::vector<mtt::Entity> entities;
    for (const TextSpan& span : spans)
      if (span.second == second) entities.push_back(span.entity);
    return entities;
  };
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i].is(Value::Kind::null)) continue;
    const auto found = read_spans(predictions[i].at("entities")), expected = read_spans(labels[i]);
    for (const bool second : {false, true}) {
      predicted.push_back(of_text(found, second));
      gold.push_back(of_text(expected, second));
    }
  }
  const mtt::F1 result = mtt::entity_f1(predicted, gold);
  return {{"entity_f1", result.f1}, {"entity_precision", result.precision}, {"entity_recall", result.recall}};
}

std::optional<bool> TokenClassification::right(const Value& prediction, const Value& label) const {
  return read_spans(prediction.at("entities")) == read_spans(label);
}

void TokenClassification::initialise(const std::string& method, const at::Tensor& features,
                                     const at::Tensor& targets) {
  const auto layer = mtt::nn::closed_form_classifier(method, features, targets, tags().count());
  classifier_->assign(layer.weight, layer.bias);
}

void register_token_classification(mtt::Registry& registry) {
  registry.add(mtt::HeadPlugin{
      .name = "token_classification",
      .summary = "Labelled spans of a text: named entities, slots.",
      .options =
          mtt::OptionList()
              .strings("labels", std::vector<std::string>{},
                       "The labels in their order; empty: those of the training set, sorted.")
              .number("dropout", 0.1, 0, 0.9, "Dropout before the linear layer during training.")
              .number(
                  "label_smoothing", 0, 0, 1,
                  "Label smoothing: share of a target that is spread over all labels (Szegedy et al. 2016).")
              .table("class_weights", "Weights in the loss: label (or \"O\") = weight; default 1.")
              .boolean("crf", false,
                       "Linear-chain conditional random field over the words (Lafferty et al. 2001), which "
                       "also models the transitions between tags; invalid sequences are excluded."),
      .create = [](const mtt::Options& options) -> std::unique_ptr<mtt::Head> {
        return std::make_unique<TokenClassification>(
            TokenClassificationSettings{.labels = mtt::LabelSet(options.strings("labels")),
                                        .dropout = options.number("dropout"),
                                        .label_smoothing = options.number("label_smoothing"),
                                        .class_weights = options.value("class_weights"),
                                        .crf = options.boolean("crf")});
      },
      .problem_type = mtt::ProblemType::token_classification,
      .other_names = {"ner", "tagger", "tagging", "token", "token_classifier", "sequence_labeling",
                      "sequence_tagging", "slots", "crf"},
  });
}

}  // namespace

MTT_PLUGIN("token_classification", "1.0", register_token_classification)

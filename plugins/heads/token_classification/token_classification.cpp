#include "token_classification.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/ones.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "mtt/error.h"
#include "mtt/metrics.h"
#include "mtt/nn/closed_form.h"
#include "words.h"

using mtt::Value;

TokenClassification::TokenClassification(TokenClassificationSettings settings)
    : settings_(std::move(settings)),
      labels_(settings_.labels),
      loss_{.label_smoothing = settings_.label_smoothing},
      dropout_(child<mtt::nn::Dropout>("dropout", settings_.dropout)) {
  if (!settings_.crf) return;
  if (settings_.label_smoothing > 0)
    throw mtt::Error("label_smoothing and crf = true exclude each other; leave one out");
  if (!settings_.class_weights.table().empty())
    settings_.class_weights.refuse("class_weights and crf = true exclude each other; leave one out");
}

void TokenClassification::learn_weights() {
  if (settings_.class_weights.table().empty()) return;
  loss_.class_weights = at::ones({tag_count()}, at::kFloat);
  auto* weights = loss_.class_weights.mutable_data_ptr<float>();
  for (const auto& [name, weight] : settings_.class_weights.table()) {
    const float value = mtt::nn::class_weight(weight);
    if (name == "O") {
      weights[0] = value;
      continue;
    }
    const std::int64_t label = labels_.index(Value(name).placed(weight.place()));
    weights[begin_tag(label)] = weights[inside_tag(label)] = value;
  }
}

void TokenClassification::learn_labels(const std::vector<Value>& labels) {
  std::vector<std::string> names;
  for (const Value& spans : labels) {
    if (spans.is(Value::Kind::null)) continue;
    for (const mtt::Entity& entity : read_spans(spans, -1)) {
      if (labels_.size() > 0)
        labels_.index(Value(entity.label).placed(spans.place()));
      else
        names.push_back(entity.label);
    }
  }
  if (labels_.size() == 0) labels_ = mtt::LabelSet::sorted(std::move(names));
  if (labels_.size() == 0)
    throw mtt::Error("a token classification needs at least one label, and the examples have no span");
  learn_weights();
}

Value TokenClassification::state() const { return Value::Table{{"labels", labels_.value()}}; }

void TokenClassification::restore(const Value& state) {
  labels_ = mtt::LabelSet::from_value(state.at("labels"));
}

void TokenClassification::build(std::int64_t width) {
  classifier_ = &child<mtt::nn::Linear>("classifier", width, tag_count());
  if (settings_.crf) crf_ = &child<LinearChainCrf>("crf", rules());
}

TagRules TokenClassification::rules() const {
  TagRules rules{tag_count(), {}, {}};
  for (std::int64_t before = 0; before < rules.tags; ++before)
    for (std::int64_t tag = 0; tag < rules.tags; ++tag) rules.follows.push_back(may_follow(before, tag));
  for (std::int64_t tag = 0; tag < rules.tags; ++tag) rules.begins.push_back(!is_inside(tag));
  return rules;
}

at::Tensor TokenClassification::forward(const mtt::Encoding& encoding) const {
  return classifier_->forward(dropout_.forward(encoding.tokens));
}

at::Tensor TokenClassification::prepare(const std::vector<Value>& labels,
                                        const mtt::TokenBatch& batch) const {
  at::Tensor targets = at::full({batch.tokens()}, kNoTarget, at::kLong);
  auto* out = targets.mutable_data_ptr<std::int64_t>();
  for (std::int64_t s = 0; s < batch.sentences(); ++s) {
    if (labels[s].is(Value::Kind::null)) continue;
    const auto spans = read_spans(labels[s], count_characters(batch.texts[s]));
    const mtt::Entity* before = nullptr;
    std::int64_t first = settings_.crf ? tag_count() : 0;
    for (const Word& word : words_of(batch, s)) {
      const auto covers = [&](const mtt::Entity& e) {
        return e.span.begin < word.chars.end && word.chars.begin < e.span.end;
      };
      const auto found = std::find_if(spans.begin(), spans.end(), covers);
      const mtt::Entity* entity = found == spans.end() ? nullptr : &*found;
      if (entity) {
        const std::int64_t label = labels_.index(Value(entity->label).placed(labels[s].place()));
        out[word.token] = entity == before ? inside_tag(label) : begin_tag(label);
      } else {
        out[word.token] = 0;
      }
      out[word.token] += std::exchange(first, 0);
      before = entity;
    }
  }
  return targets;
}

at::Tensor TokenClassification::loss(const at::Tensor& logits, const at::Tensor& targets) const {
  if (!crf_) return loss_.sum(logits, targets);
  const at::Tensor rows = targets.ne(kNoTarget).nonzero().squeeze(1);
  const at::Tensor known = targets.index_select(0, rows).contiguous();
  std::vector<std::int64_t> lengths;
  const auto* target = known.const_data_ptr<std::int64_t>();
  for (std::int64_t i = 0; i < known.size(0); ++i) {
    if (target[i] >= tag_count()) lengths.push_back(0);
    ++lengths.back();
  }
  return crf_->negative_log_likelihood(logits.index_select(0, rows), known.remainder(tag_count()), lengths);
}

double TokenClassification::count(const at::Tensor& targets) const { return loss_.count(targets); }

// Viterbi with transitions that are allowed or not: I-x has two possible predecessors, every other tag all of
// them.
TagSequence TokenClassification::best_tags(const std::vector<const float*>& rows) const {
  const std::int64_t tags = tag_count();
  std::vector<std::vector<std::int64_t>> from(rows.size(), std::vector<std::int64_t>(tags, 0));
  std::vector<float> best(tags), next(tags);
  for (std::size_t w = 0; w < rows.size(); ++w) {
    const std::int64_t winner = std::max_element(best.begin(), best.end()) - best.begin();
    for (std::int64_t tag = 0; tag < tags; ++tag) {
      std::int64_t previous = winner;
      if (is_inside(tag)) previous = best[tag - 1] > best[tag] ? tag - 1 : tag;
      const bool impossible = w == 0 && is_inside(tag);
      next[tag] = rows[w][tag] + (impossible ? static_cast<float>(-1e9) : best[previous]);
      from[w][tag] = previous;
    }
    best.swap(next);
  }
  TagSequence path{std::vector<std::int64_t>(rows.size()), std::vector<double>(rows.size())};
  std::int64_t tag = std::max_element(best.begin(), best.end()) - best.begin();
  for (std::size_t w = rows.size(); w-- > 0;) {
    path.tags[w] = tag;
    path.probabilities[w] = std::exp(double{rows[w][tag]});
    tag = from[w][tag];
  }
  return path;
}

std::vector<Value> TokenClassification::decode(const at::Tensor& logits, const mtt::TokenBatch& batch) const {
  const at::Tensor scores = (crf_ ? logits : at::log_softmax(logits, 1)).contiguous();
  const float* data = scores.const_data_ptr<float>();
  std::vector<Value> predictions;
  predictions.reserve(batch.sentences());
  for (std::int64_t s = 0; s < batch.sentences(); ++s) {
    const std::vector<Word> words = words_of(batch, s);
    std::vector<const float*> rows;
    for (const Word& word : words) rows.push_back(data + word.token * tag_count());
    const auto [tags, probabilities] = crf_ ? crf_->decode(rows) : best_tags(rows);
    Value::Array found;
    for (std::size_t first = 0, last; first < words.size(); first = last) {
      last = first + 1;
      if (tags[first] == 0) continue;
      while (last < words.size() && is_inside(tags[last])) ++last;
      double score = 0;
      for (std::size_t w = first; w < last; ++w) score += probabilities[w];
      const mtt::CharSpan chars{words[first].chars.begin, words[last - 1].chars.end};
      found.emplace_back(Value::Table{{"start", chars.begin},
                                      {"end", chars.end},
                                      {"label", labels_.name((tags[first] - 1) / 2)},
                                      {"text", slice(batch.texts[s], chars)},
                                      {"score", score / static_cast<double>(last - first)}});
    }
    predictions.emplace_back(Value::Table{{"entities", std::move(found)}});
  }
  return predictions;
}

std::vector<mtt::Metric> TokenClassification::score(const std::vector<Value>& predictions,
                                                    const std::vector<Value>& labels) const {
  std::vector<std::vector<mtt::Entity>> predicted, gold;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i].is(Value::Kind::null)) continue;
    predicted.push_back(read_spans(predictions[i].at("entities"), -1));
    gold.push_back(read_spans(labels[i], -1));
  }
  const mtt::F1 result = mtt::entity_f1(predicted, gold);
  return {{"entity_f1", result.f1}, {"entity_precision", result.precision}, {"entity_recall", result.recall}};
}

std::optional<bool> TokenClassification::right(const Value& prediction, const Value& label) const {
  const auto predicted = read_spans(prediction.at("entities"), -1);
  return predicted == read_spans(label, -1);
}

void TokenClassification::initialise(const std::string& method, const at::Tensor& features,
                                     const at::Tensor& coded_targets) {
  const auto layer =
      mtt::nn::closed_form_classifier(method, features, coded_targets.remainder(tag_count()), tag_count());
  classifier_->assign(layer.weight, layer.bias);
}

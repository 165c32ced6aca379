#include "run/pipeline_tagger.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/softmax.h>

#include <algorithm>

#include "mtt/error.h"
#include "mtt/metrics.h"
#include "value/utf8.h"

namespace mtt {
namespace {

/// The bytes at which the characters of a text begin, and its end.
std::vector<std::size_t> character_places(std::string_view utf8) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < utf8.size(); ++i)
    if (!continues_character(utf8[i])) places.push_back(i);
  places.push_back(utf8.size());
  return places;
}

struct Word {
  std::int64_t token = 0;
  CharSpan chars;
};

std::vector<Entity> spans_of(const Value& spans) {
  std::vector<Entity> result;
  for (const Value& span : spans.array())
    result.push_back({span.at("label").string(),
                      {static_cast<std::int32_t>(span.at("start").integer()),
                       static_cast<std::int32_t>(span.at("end").integer())}});
  std::sort(result.begin(), result.end(),
            [](const Entity& a, const Entity& b) { return a.span.begin < b.span.begin; });
  return result;
}

}  // namespace

PipelineTagger::PipelineTagger(std::vector<std::string> tags, std::vector<std::int32_t> lengths,
                               std::int64_t unknown)
    : lengths_(std::move(lengths)), unknown_(unknown) {
  for (const std::string& tag : tags) {
    const bool begins = tag.starts_with("B-");
    const std::size_t hyphen = tag.find('-');
    tags_.push_back({hyphen == std::string::npos ? tag : tag.substr(hyphen + 1),
                     begins || tag.starts_with("I-") ? tag.substr(2) : tag, begins});
    if (tags_.back().label != "O") labels_.push_back(tags_.back().label);
  }
  std::sort(labels_.begin(), labels_.end());
  labels_.erase(std::unique(labels_.begin(), labels_.end()), labels_.end());
}

void PipelineTagger::build(std::int64_t width) {
  classifier_ = &child<nn::Linear>("classifier", width, static_cast<std::int64_t>(tags_.size()));
}

at::Tensor PipelineTagger::forward(const Encoding& encoding) const {
  return classifier_->forward(encoding.tokens);
}

at::Tensor PipelineTagger::prepare(const std::vector<Value>&, const PackedBatch&, const Groups&) const {
  throw Error("a tagger of transformers is not trained further; train a head on tokens instead");
}

at::Tensor PipelineTagger::loss(const at::Tensor&, const at::Tensor&) const {
  throw Error("a tagger of transformers has no loss; train a head on tokens instead");
}

bool PipelineTagger::begins_word(const PackedBatch& batch, std::int64_t token, std::string_view text,
                                 const std::vector<std::size_t>& places) const {
  const std::int64_t id = batch.ids.const_data_ptr<std::int64_t>()[token];
  const auto [begin, end] = batch.chars[token];
  if (id == unknown_) return true;
  if (!lengths_.empty()) return lengths_[id] == end - begin;
  const auto is_space = [&](std::int32_t at) { return places[at] < text.size() && text[places[at]] == ' '; };
  return begin == 0 || is_space(begin - 1) || is_space(begin);
}

std::vector<Value> PipelineTagger::decode(const at::Tensor& logits, const PackedBatch& batch,
                                          const Groups&) const {
  const auto [scores, indices] = at::softmax(logits, 1).max(1);
  const float* score = scores.const_data_ptr<float>();
  const std::int64_t* index = indices.const_data_ptr<std::int64_t>();
  const auto* text_number = batch.text.const_data_ptr<std::int64_t>();
  std::vector<Value> predictions;
  for (std::int64_t s = 0; s < batch.size(); ++s) {
    const std::string_view text = batch.texts[s];
    const std::vector<std::size_t> places = character_places(text);
    std::vector<Word> words;
    for (std::int64_t t = batch.offsets[s] + batch.prompt_lengths[s]; t < batch.offsets[s + 1]; ++t) {
      if (text_number[t] < 0) continue;
      const CharSpan chars = batch.chars[t];
      if (words.empty() || begins_word(batch, t, text, places))
        words.push_back({t, chars});
      else
        words.back().chars.end = chars.end;
    }
    const auto tag_of = [&](std::size_t word) -> const Tag& { return tags_[index[words[word].token]]; };
    Value::Array found;
    for (std::size_t first = 0, last; first < words.size(); first = last) {
      double sum = score[words[first].token];
      for (last = first + 1; last < words.size(); ++last) {
        const Tag& tag = tag_of(last);
        if (tag.begins || tag.group != tag_of(last - 1).group) break;
        sum += score[words[last].token];
      }
      const std::string& label = tag_of(first).label;
      const std::int32_t begin = words[first].chars.begin, end = words[last - 1].chars.end;
      if (label == "O" || end <= begin) continue;
      found.emplace_back(
          Value::Table{{"start", std::int64_t{begin}},
                       {"end", std::int64_t{end}},
                       {"label", label},
                       {"text", std::string(text.substr(places[begin], places[end] - places[begin]))},
                       {"score", sum / static_cast<double>(last - first)}});
    }
    predictions.emplace_back(Value::Table{{"entities", std::move(found)}});
  }
  return predictions;
}

std::vector<Metric> PipelineTagger::score(const std::vector<Value>& predictions,
                                          const std::vector<Value>& labels) const {
  std::vector<std::vector<Entity>> predicted, gold;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i].is(Value::Kind::null)) continue;
    predicted.push_back(spans_of(predictions[i].at("entities")));
    gold.push_back(spans_of(labels[i]));
  }
  const F1 result = entity_f1(predicted, gold);
  return {{"entity_f1", result.f1}, {"entity_precision", result.precision}, {"entity_recall", result.recall}};
}

std::optional<bool> PipelineTagger::right(const Value& prediction, const Value& label) const {
  return spans_of(prediction.at("entities")) == spans_of(label);
}

}  // namespace mtt

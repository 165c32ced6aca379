#include "run/step_sample.h"

#include <algorithm>
#include <numeric>

namespace mtt {

StepSample::StepSample(const std::vector<TrainingSource>& sources, const MultiTaskModel& model)
    : all_(sources), model_(model), index_(sources.size()) {
  for (const TrainingSource& source : sources) {
    TrainingSource& own = sources_.emplace_back();
    own.file = source.file;
    own.joint = source.joint;
    own.transforms = source.transforms;
    own.tasks = source.tasks;
    own.labels.resize(source.labels.size());
  }
}

void StepSample::add_step(const ChosenExamples& chosen) {
  ChosenExamples& step = steps_.emplace_back();
  for (const auto& [source, examples] : chosen) {
    std::vector<std::int64_t> own;
    for (const std::int64_t example : examples) own.push_back(add(source, example));
    step.emplace_back(source, std::move(own));
  }
}

void StepSample::add_longest(std::int64_t tokens) {
  ChosenExamples longest;
  for (std::size_t s = 0; s < all_.size(); ++s) {
    const bool coupled = std::any_of(all_[s].tasks.begin(), all_[s].tasks.end(),
                                     [&](std::size_t t) { return model_.tasks()[t].coupled(); });
    if (coupled) continue;
    const auto length = [&](std::int64_t e) {
      std::int64_t sum = 0;
      for (const std::int64_t input : all_[s].inputs_of(e)) sum += all_[s].tokens[input].length();
      return sum;
    };
    std::vector<std::int64_t> order(all_[s].texts.size()), some;
    std::iota(order.begin(), order.end(), std::int64_t{0});
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return length(a) > length(b); });
    std::int64_t left = tokens;
    for (const std::int64_t example : order) {
      if (!some.empty() && length(example) > left) break;
      some.push_back(example);
      left -= length(example);
    }
    longest.emplace_back(s, std::move(some));
  }
  if (!longest.empty()) add_step(longest);
}

void StepSample::tokenise(const TextEncoder& text_encoder, std::int64_t threads) {
  for (TrainingSource& source : sources_) {
    source.tokenise(text_encoder, threads);
  }
}

std::int64_t StepSample::add(std::size_t source, std::int64_t example) {
  TrainingSource& own = sources_[source];
  const auto [found, fresh] = index_[source].emplace(example, own.examples());
  if (!fresh) return found->second;
  own.texts.push_back(all_[source].texts[example]);
  if (!all_[source].second_texts.empty()) own.second_texts.push_back(all_[source].second_texts[example]);
  if (!all_[source].negatives.empty()) own.negatives.push_back(all_[source].negatives[example]);
  for (std::size_t t = 0; t < own.labels.size(); ++t)
    own.labels[t].push_back(all_[source].labels[t][example]);
  return found->second;
}

}  // namespace mtt

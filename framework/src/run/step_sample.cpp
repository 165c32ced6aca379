#include "run/step_sample.h"

#include <algorithm>
#include <iterator>
#include <numeric>

namespace mtt {

StepSample::StepSample(const std::vector<TrainingSource>& sources, const MultiTaskModel& model)
    : all_(sources), model_(model), files_(sources_of_files(sources)), index_(files_.size()) {
  for (const TrainingSource& source : sources) {
    TrainingSource& own = sources_.emplace_back();
    own.file = source.file;
    own.joint = source.joint;
    own.transforms = source.transforms;
    own.tasks = source.tasks;
    own.labels.resize(source.labels.size());
  }
}

void StepSample::add_step(const std::vector<SourceBatch>& chosen) {
  std::vector<SourceBatch>& step = steps_.emplace_back();
  for (const auto& [file, examples] : chosen) {
    std::vector<std::int64_t> own;
    for (const std::int64_t example : examples) own.push_back(add(file, example));
    step.push_back({file, std::move(own)});
  }
}

void StepSample::add_longest(std::int64_t tokens) {
  std::vector<SourceBatch> longest;
  for (std::size_t f = 0; f < files_.size(); ++f) {
    std::vector<std::size_t> cut;
    std::copy_if(files_[f].begin(), files_[f].end(), std::back_inserter(cut), [&](std::size_t s) {
      return std::none_of(all_[s].tasks.begin(), all_[s].tasks.end(),
                          [&](std::size_t t) { return model_.tasks()[t].coupled(); });
    });
    if (cut.empty()) continue;
    const auto length = [&](std::int64_t e) {
      std::int64_t most = 0;
      for (const std::size_t s : cut) {
        std::int64_t sum = 0;
        for (const std::int64_t input : all_[s].inputs_of(e)) sum += all_[s].tokens[input].length();
        most = std::max(most, sum);
      }
      return most;
    };
    std::vector<std::int64_t> order(all_[cut.front()].texts.size()), some;
    std::iota(order.begin(), order.end(), std::int64_t{0});
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return length(a) > length(b); });
    std::int64_t left = tokens;
    for (const std::int64_t example : order) {
      if (!some.empty() && length(example) > left) break;
      some.push_back(example);
      left -= length(example);
    }
    longest.push_back({f, std::move(some)});
  }
  if (!longest.empty()) add_step(longest);
}

void StepSample::tokenize(const TextEncoder& text_encoder, std::int64_t threads) {
  for (TrainingSource& source : sources_) source.tokenize(text_encoder, threads);
}

std::int64_t StepSample::add(std::size_t file, std::int64_t example) {
  const auto [found, fresh] = index_[file].emplace(example, static_cast<std::int64_t>(index_[file].size()));
  if (!fresh) return found->second;
  for (const std::size_t s : files_[file]) {
    TrainingSource& own = sources_[s];
    own.texts.push_back(all_[s].texts[example]);
    if (!all_[s].second_texts.empty()) own.second_texts.push_back(all_[s].second_texts[example]);
    if (!all_[s].negatives.empty()) own.negatives.push_back(all_[s].negatives[example]);
    for (std::size_t t = 0; t < own.labels.size(); ++t) own.labels[t].push_back(all_[s].labels[t][example]);
  }
  return found->second;
}

}  // namespace mtt

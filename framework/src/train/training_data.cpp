#include "train/training_data.h"

#include <algorithm>

namespace mtt {
namespace {

/// Both texts of a pair go together.
std::vector<std::vector<std::int64_t>> cut(const TrainingSource& source, std::vector<std::int64_t> examples,
                                           std::int64_t budget) {
  const auto size = [&](std::int64_t e) {
    return source.tokens[e].length() +
           (!source.grouped() ? 0 : source.tokens[source.examples() + e].length());
  };
  return cut_by_length(std::move(examples), size, budget);
}

std::int64_t place_of(const std::vector<std::int64_t>& rows, std::int64_t wanted) {
  return std::find(rows.begin(), rows.end(), wanted) - rows.begin();
}

StepForward make_forward(const std::vector<TrainingSource>& sources, std::size_t number,
                         const MultiTaskModel& model, const std::vector<std::int64_t>& examples) {
  const TrainingSource& source = sources[number];
  StepForward forward;
  forward.source = number;
  forward.rows = examples;
  if (source.grouped()) {
    for (const std::int64_t e : examples) forward.rows.push_back(source.examples() + e);
    std::stable_sort(forward.rows.begin(), forward.rows.end(),
                     [&](auto a, auto b) { return source.tokens[a].length() > source.tokens[b].length(); });
    for (const std::int64_t e : examples) {
      forward.groups.begin_group();
      forward.groups.add(place_of(forward.rows, e), Role::first);
      forward.groups.add(place_of(forward.rows, source.examples() + e), Role::second);
    }
  }
  forward.batch = make_batch(source.tokens, forward.rows, model.backbone().shape());
  for (std::size_t t = 0; t < source.tasks.size(); ++t) {
    const Task& task = model.tasks()[source.tasks[t]];
    std::vector<Value> labels;
    for (const std::int64_t e : examples) labels.push_back(source.labels[t][e]);
    forward.targets.push_back(task.prepare(labels, forward.batch));
    forward.counts.push_back(task.count(forward.targets.back()));
  }
  return forward;
}

}  // namespace

void TrainingSource::tokenise(const TextEncoder& encoder, std::int64_t threads) {
  if (joint) {
    tokens = tokenize_pairs(encoder, texts, second_texts, threads);
    return;
  }
  tokens = tokenize(encoder, texts, threads);
  append(tokens, tokenize(encoder, second_texts, threads));
}

StepData make_step(const std::vector<TrainingSource>& sources, const MultiTaskModel& model,
                   const std::vector<std::pair<std::size_t, std::vector<std::int64_t>>>& chosen,
                   std::int64_t tokens_per_forward) {
  StepData step;
  step.counts.assign(model.tasks().size(), 0.0);
  for (const auto& [number, examples] : chosen) {
    const TrainingSource& source = sources[number];
    const bool coupled = std::any_of(source.tasks.begin(), source.tasks.end(),
                                     [&](std::size_t t) { return model.tasks()[t].coupled(); });
    for (const auto& part : cut(source, examples, coupled ? INT64_MAX : tokens_per_forward)) {
      StepForward& forward = step.forwards.emplace_back(make_forward(sources, number, model, part));
      for (std::size_t t = 0; t < source.tasks.size(); ++t) step.counts[source.tasks[t]] += forward.counts[t];
    }
    step.examples += static_cast<std::int64_t>(examples.size());
  }
  for (std::size_t t = 0; t < step.counts.size(); ++t)
    if (step.counts[t] > 0) step.present.push_back(t);
  return step;
}

}  // namespace mtt

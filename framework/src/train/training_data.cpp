#include "train/training_data.h"

#include <algorithm>

namespace mtt {
namespace {

/// All inputs of an example go together.
std::vector<std::vector<std::int64_t>> cut(const TrainingSource& source, std::vector<std::int64_t> examples,
                                           std::int64_t budget) {
  const auto size = [&](std::int64_t e) {
    std::int64_t sum = 0;
    for (const std::int64_t input : source.inputs_of(e)) sum += source.tokens[input].length();
    return sum;
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
    forward.rows.clear();
    for (const std::int64_t e : examples) forward.rows.push_back(e);
    for (const std::int64_t e : examples) {
      const auto inputs = source.inputs_of(e);
      forward.rows.insert(forward.rows.end(), inputs.begin() + 1, inputs.end());
    }
    std::stable_sort(forward.rows.begin(), forward.rows.end(),
                     [&](auto a, auto b) { return source.tokens[a].length() > source.tokens[b].length(); });
    for (const std::int64_t e : examples) {
      const auto inputs = source.inputs_of(e);
      forward.groups.begin_group();
      for (std::size_t i = 0; i < inputs.size(); ++i)
        forward.groups.add(place_of(forward.rows, inputs[i]), i == 0   ? Role::first
                                                              : i == 1 ? Role::second
                                                                       : Role::negative);
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
  first_negative_.clear();
  if (negatives.empty()) return;
  for (const auto& list : negatives) {
    first_negative_.push_back(static_cast<std::int64_t>(tokens.size()));
    append(tokens, tokenize(encoder, list, 1));
  }
  first_negative_.push_back(static_cast<std::int64_t>(tokens.size()));
}

std::vector<std::int64_t> TrainingSource::inputs_of(std::int64_t example) const {
  if (!grouped()) return {example};
  std::vector<std::int64_t> inputs = {example, examples() + example};
  if (first_negative_.empty()) return inputs;
  for (std::int64_t i = first_negative_[example]; i < first_negative_[example + 1]; ++i) inputs.push_back(i);
  return inputs;
}

namespace {

/// Where the inputs of each micro-batch of a coupled source are in its forward pass.
std::vector<std::vector<std::int64_t>> parts_of(const StepForward& forward, const TrainingSource& source,
                                                const std::vector<std::int64_t>& examples,
                                                std::int64_t tokens_per_forward) {
  const auto runs = cut(source, examples, tokens_per_forward);
  std::vector<std::vector<std::int64_t>> parts;
  if (runs.size() < 2) return parts;
  for (const auto& run : runs) {
    std::vector<std::int64_t>& part = parts.emplace_back();
    for (const std::int64_t e : run)
      for (const std::int64_t input : source.inputs_of(e)) part.push_back(place_of(forward.rows, input));
    std::sort(part.begin(), part.end());
  }
  return parts;
}

}  // namespace

StepData make_step(const std::vector<TrainingSource>& sources, const MultiTaskModel& model,
                   const std::vector<std::pair<std::size_t, std::vector<std::int64_t>>>& chosen,
                   std::int64_t tokens_per_forward) {
  StepData step;
  step.counts.assign(model.tasks().size(), 0.0);
  for (const auto& [number, examples] : chosen) {
    const TrainingSource& source = sources[number];
    const auto any = [&](const auto& is) {
      return std::any_of(source.tasks.begin(), source.tasks.end(),
                         [&](std::size_t t) { return is(model.tasks()[t]); });
    };
    const bool coupled = any([](const Task& task) { return task.coupled(); });
    const bool tokens = any([](const Task& task) { return task.reads_tokens(); });
    for (const auto& part : cut(source, examples, coupled ? INT64_MAX : tokens_per_forward)) {
      StepForward& forward = step.forwards.emplace_back(make_forward(sources, number, model, part));
      if (coupled && !tokens) forward.parts = parts_of(forward, source, part, tokens_per_forward);
      for (std::size_t t = 0; t < source.tasks.size(); ++t) step.counts[source.tasks[t]] += forward.counts[t];
    }
    step.examples += static_cast<std::int64_t>(examples.size());
  }
  for (std::size_t t = 0; t < step.counts.size(); ++t)
    if (step.counts[t] > 0) step.present.push_back(t);
  return step;
}

}  // namespace mtt

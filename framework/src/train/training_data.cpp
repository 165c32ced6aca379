#include "train/training_data.h"

#include <ATen/ops/empty.h>

#include <algorithm>

#include "train/plugin_results.h"

namespace mtt {
namespace {

std::int64_t length(const TokenizedText& text) { return static_cast<std::int64_t>(text.tokens.ids.size()); }

/// Both sentences of a pair go together.
std::vector<std::vector<std::int64_t>> cut(const TrainingSource& source, std::vector<std::int64_t> examples,
                                           std::int64_t budget) {
  const auto size = [&](std::int64_t e) {
    return length(source.tokens[e]) +
           (source.partners.empty() ? 0 : length(source.tokens[source.examples() + e]));
  };
  return cut_by_length(std::move(examples), size, budget);
}

at::Tensor positions(const std::vector<std::int64_t>& rows, const std::vector<std::int64_t>& wanted) {
  at::Tensor result = at::empty({static_cast<std::int64_t>(wanted.size())}, at::kLong);
  auto* out = result.mutable_data_ptr<std::int64_t>();
  for (const std::int64_t row : wanted) *out++ = std::find(rows.begin(), rows.end(), row) - rows.begin();
  return result;
}

StepForward make_forward(const std::vector<TrainingSource>& sources, std::size_t number,
                         const MultiTaskModel& model, const std::vector<std::int64_t>& examples) {
  const TrainingSource& source = sources[number];
  StepForward forward;
  forward.source = number;
  forward.rows = examples;
  if (!source.partners.empty()) {
    std::vector<std::int64_t> seconds;
    for (const std::int64_t e : examples) seconds.push_back(source.examples() + e);
    forward.rows.insert(forward.rows.end(), seconds.begin(), seconds.end());
    std::stable_sort(forward.rows.begin(), forward.rows.end(),
                     [&](auto a, auto b) { return length(source.tokens[a]) > length(source.tokens[b]); });
    forward.first = positions(forward.rows, examples);
    forward.second = positions(forward.rows, seconds);
  }
  std::vector<const TokenizedText*> members;
  for (const std::int64_t row : forward.rows) members.push_back(&source.tokens[row]);
  forward.batch = make_batch(members, model.backbone().shape());
  for (std::size_t t = 0; t < source.tasks.size(); ++t) {
    const Task& task = model.tasks()[source.tasks[t]];
    std::vector<Value> labels;
    for (const std::int64_t e : examples) labels.push_back(source.labels[t][e]);
    forward.targets.push_back(
        call_plugin(call_of(task, "prepare"), [&] { return task.head->prepare(labels, forward.batch); }));
    forward.counts.push_back(checked_count(task, forward.targets.back()));
  }
  return forward;
}

}  // namespace

StepData make_step(const std::vector<TrainingSource>& sources, const MultiTaskModel& model,
                   const std::vector<std::pair<std::size_t, std::vector<std::int64_t>>>& chosen,
                   std::int64_t tokens_per_forward) {
  StepData step;
  step.counts.assign(model.tasks().size(), 0.0);
  for (const auto& [number, examples] : chosen) {
    const TrainingSource& source = sources[number];
    const bool coupled = std::any_of(source.tasks.begin(), source.tasks.end(),
                                     [&](std::size_t t) { return model.tasks()[t].head->coupled(); });
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

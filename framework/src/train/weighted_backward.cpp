#include "train/weighted_backward.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <string>
#include <utility>

#include "mtt/error.h"
#include "train/gradient_backward.h"

namespace mtt {
namespace {

void check_finite(const BackwardContext& context, const std::vector<double>& losses,
                  const std::vector<std::size_t>& tasks, std::int64_t step) {
  for (const std::size_t t : tasks)
    if (!std::isfinite(losses[t]))
      throw Error("at step " + std::to_string(step + 1) + " the loss of task '" +
                  context.model.tasks()[t].name +
                  "' is not finite; start a new run with a lower train.learning_rate or train.clip_norm and "
                  "another --out");
}

}  // namespace

void keep_losses(const BackwardContext& context, std::vector<double> losses, StepResult& result) {
  check_finite(context, losses, result.present, result.seen.step);
  result.seen.losses = context.parameters.of_balanced(losses);
  result.losses = std::move(losses);
}

std::vector<double> task_weights(const BackwardContext& context, const WeightingStep& step) {
  std::vector<double> weights(context.parameters.balanced.size(), 1.0);
  if (step.present.empty()) return weights;
  const std::vector<double> asked = context.weighting.weights(step, context.model.tasks());
  double total = 0, count = 0;
  for (std::size_t t = 0; t < weights.size(); ++t) {
    if (!context.parameters.balanced[t]) continue;
    weights[t] = asked[t];
    total += asked[t];
    ++count;
  }
  if (context.scales() && total > 0 && total != count)
    for (std::size_t t = 0; t < weights.size(); ++t)
      if (context.parameters.balanced[t]) weights[t] *= count / total;
  return weights;
}

std::vector<double> losses_of(const BackwardContext& context, const StepData& data, std::int64_t step) {
  const at::NoGradGuard no_grad;
  std::vector<double> result = context.forward.no_losses(data);
  for (std::size_t f = 0; f < data.forwards.size(); ++f) context.forward.run(data, f, step, result);
  return context.parameters.of_balanced(std::move(result));
}

void backward_weighted(const BackwardContext& context, const StepData& data, StepResult& result) {
  WeightingStep& step = result.seen;
  const WeightingNeeds needs = step.present.empty() ? WeightingNeeds::nothing : context.weighting.needs();
  const bool needs_losses = needs != WeightingNeeds::nothing;
  if (needs == WeightingNeeds::gradient_norms) {
    const at::Tensor rows = task_gradients(context, data, result, context.parameters.last_layer, {});
    step.gradient_norms = statistics_of(rows, step.present, context.model.tasks().size()).norms;
  } else if (needs_losses && data.forwards.size() > 1) {
    step.losses = losses_of(context, data, step.step);
    check_finite(context, step.losses, step.present, step.step);
  }
  const bool known = !needs_losses || needs == WeightingNeeds::gradient_norms || data.forwards.size() > 1;
  if (known) result.weights = task_weights(context, step);

  std::vector<double> seen = context.forward.no_losses(data);
  for (std::size_t f = 0; f < data.forwards.size(); ++f) {
    const auto parts = context.forward.run(data, f, step.step, seen);
    const auto& tasks = context.sources[data.forwards[f].source].tasks;
    if (!known) {
      keep_losses(context, seen, result);
      result.weights = task_weights(context, step);
    }
    at::Tensor total;
    for (std::size_t t = 0; t < tasks.size(); ++t) {
      if (!parts[t].defined() || !parts[t].requires_grad()) continue;
      const at::Tensor share = parts[t] * (result.weights[tasks[t]] / data.counts[tasks[t]]);
      total = total.defined() ? total + share : share;
    }
    if (total.defined()) total.backward();
  }
  keep_losses(context, std::move(seen), result);
}

}  // namespace mtt

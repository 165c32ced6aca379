#include "train/gradient_backward.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "mtt/error.h"
#include "train/gram_matrix.h"

namespace mtt {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::int64_t total_size(const std::vector<at::Tensor>& tensors) {
  return std::accumulate(tensors.begin(), tensors.end(), std::int64_t{0},
                         [](std::int64_t sum, const at::Tensor& t) { return sum + t.numel(); });
}

}  // namespace

GradientStatistics statistics_of(const at::Tensor& gradients, const std::vector<std::size_t>& present,
                                 std::size_t tasks) {
  GradientStatistics result{std::vector<double>(tasks, kNaN),
                            std::vector<std::vector<double>>(tasks, std::vector<double>(tasks, kNaN))};
  const at::Tensor gram = gram_matrix(gradients);
  const auto at = gram.accessor<double, 2>();
  const auto count = static_cast<std::int64_t>(present.size());
  for (std::int64_t i = 0; i < count; ++i) {
    result.norms[present[i]] = std::sqrt(at[i][i]);
    for (std::int64_t j = 0; j < count; ++j) {
      const double norms = std::sqrt(at[i][i]) * std::sqrt(at[j][j]);
      if (norms > 0) result.cosines[present[i]][present[j]] = at[i][j] / norms;
    }
  }
  return result;
}

at::Tensor task_gradients(const BackwardContext& context, const StepData& data, StepResult& result,
                          const std::vector<at::Tensor>& inputs,
                          const std::function<std::vector<double>()>& head_weights) {
  const std::vector<std::size_t>& present = result.seen.present;
  at::Tensor rows = at::zeros({static_cast<std::int64_t>(present.size()), total_size(inputs)}, at::kFloat);
  std::vector<double> seen = context.forward.no_losses(data);
  std::vector<std::vector<at::Tensor>> own(context.model.tasks().size());
  for (std::size_t f = 0; f < data.forwards.size(); ++f) {
    const auto parts = context.forward.run(data, f, result.seen.step, seen);
    const auto& tasks = context.sources[data.forwards[f].source].tasks;
    for (std::size_t t = 0; t < tasks.size(); ++t) {
      if (!parts[t].defined()) continue;
      const std::size_t task = tasks[t];
      const std::vector<at::Tensor> shared =
          context.parameters.balanced[task] ? inputs : std::vector<at::Tensor>();
      std::vector<at::Tensor> wanted = shared;
      if (head_weights)
        wanted.insert(wanted.end(), context.parameters.own[task].begin(), context.parameters.own[task].end());
      if (wanted.empty() || !parts[t].requires_grad()) continue;
      const auto gradients = torch::autograd::grad({parts[t] * (1 / data.counts[task])}, wanted, {},
                                                   /*retain_graph=*/true, /*create_graph=*/false,
                                                   /*allow_unused=*/true);
      const at::NoGradGuard no_grad;
      const auto place = std::find(present.begin(), present.end(), task) - present.begin();
      std::int64_t offset = 0;
      for (std::size_t i = 0; i < shared.size(); ++i) {
        if (gradients[i].defined())
          rows.select(0, place).narrow(0, offset, shared[i].numel()).add_(gradients[i].flatten());
        offset += shared[i].numel();
      }
      if (!head_weights) continue;
      own[task].resize(context.parameters.own[task].size());
      for (std::size_t i = 0; i < context.parameters.own[task].size(); ++i) {
        const at::Tensor& gradient = gradients[shared.size() + i];
        if (!gradient.defined()) continue;
        own[task][i] = own[task][i].defined() ? own[task][i] + gradient : gradient;
      }
    }
  }
  keep_losses(context, std::move(seen), result);
  if (head_weights) {
    const std::vector<double> weights = head_weights();
    for (std::size_t task = 0; task < own.size(); ++task)
      for (std::size_t i = 0; i < own[task].size(); ++i)
        if (own[task][i].defined())
          context.parameters.own[task][i].mutable_grad() = own[task][i] * weights[task];
  }
  return rows;
}

void backward_by_gradients(const BackwardContext& context, const StepData& data, StepResult& result) {
  WeightingStep& step = result.seen;
  const at::Tensor rows = task_gradients(context, data, result, context.parameters.shared,
                                         [&] { return result.weights = task_weights(context, step); });
  const at::NoGradGuard no_grad;
  at::Tensor direction;
  if (context.weighting.needs() == WeightingNeeds::gram) {
    const at::Tensor gram = gram_matrix(rows);
    if (!std::isfinite(gram.sum().item<double>()))
      throw Error("at step " + std::to_string(step.step + 1) +
                  " the tasks' gradients are not finite; lower train.learning_rate");
    std::vector<double> alpha = context.weighting.coefficients(gram, step);
    const double total = std::accumulate(alpha.begin(), alpha.end(), 0.0);
    if (context.scales() && total > 0)
      for (double& a : alpha) a *= static_cast<double>(alpha.size()) / total;
    const std::vector<float> narrow(alpha.begin(), alpha.end());
    direction = at::tensor(narrow, at::kFloat).matmul(rows);
    for (std::size_t n = 0; n < step.present.size(); ++n) result.weights[step.present[n]] = alpha[n];
  } else {
    direction = context.weighting.combine(rows, step).clone();  // the plugin may keep its own
  }
  std::int64_t offset = 0;
  for (const at::Tensor& parameter : context.parameters.shared) {
    parameter.mutable_grad() = direction.narrow(0, offset, parameter.numel()).view(parameter.sizes());
    offset += parameter.numel();
  }
}

}  // namespace mtt

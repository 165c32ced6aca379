#include "train/training_step.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "freeze/frontier.h"
#include "mtt/error.h"
#include "mtt/random_stream.h"

namespace mtt {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr std::int64_t kGramColumns = std::int64_t{1} << 20;

std::vector<at::Tensor> learning(const nn::Module& module) {
  std::vector<at::Tensor> tensors;
  for (const auto& [name, tensor] : module.parameters())
    if (tensor.requires_grad()) tensors.push_back(tensor);
  return tensors;
}

std::int64_t total_size(const std::vector<at::Tensor>& tensors) {
  return std::accumulate(tensors.begin(), tensors.end(), std::int64_t{0},
                         [](std::int64_t sum, const at::Tensor& t) { return sum + t.numel(); });
}

/// float64 [N, N] of rows float32 [N, P], summed in double precision.
at::Tensor gram_of(const at::Tensor& rows) {
  at::Tensor gram = at::zeros({rows.size(0), rows.size(0)}, at::kDouble);
  for (std::int64_t from = 0; from < rows.size(1); from += kGramColumns) {
    const at::Tensor block =
        rows.narrow(1, from, std::min(kGramColumns, rows.size(1) - from)).to(at::kDouble);
    gram.add_(block.matmul(block.t()));
  }
  return gram;
}

GradientStatistics statistics_of(const at::Tensor& gram, const std::vector<std::size_t>& present,
                                 std::size_t tasks) {
  GradientStatistics result{std::vector<double>(tasks, kNaN),
                            std::vector<std::vector<double>>(tasks, std::vector<double>(tasks, kNaN))};
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

}  // namespace

bool by_gradients(const Weighting& weighting) {
  return weighting.needs() == WeightingNeeds::gram || weighting.needs() == WeightingNeeds::gradients;
}

TrainingStep::TrainingStep(MultiTaskModel& model, const std::vector<TrainingSource>& sources,
                           Weighting& weighting, bool normalize, std::uint64_t seed)
    : model_(model), sources_(sources), weighting_(weighting), normalize_(normalize), seed_(seed) {
  plans_.resize(sources.size());
  caches_.resize(sources.size());
  parameters_changed();
}

void TrainingStep::parameters_changed() {
  shared_ = learning(model_.backbone());
  const std::vector<at::Tensor> dense = learning(model_.modules());
  shared_.insert(shared_.end(), dense.begin(), dense.end());
  std::int64_t lowest_read = model_.backbone().shape().layers;
  for (const Task& task : model_.tasks())
    lowest_read = std::min(lowest_read, task.reading.layer_in(model_.backbone().shape().layers));
  std::int64_t highest = -1;
  last_layer_.clear();
  for (const auto& [name, tensor] : model_.backbone().parameters()) {
    const std::int64_t layer = layer_of_parameter(name);
    if (!tensor.requires_grad() || layer >= lowest_read) continue;
    if (layer > highest) last_layer_.clear();
    highest = std::max(highest, layer);
    if (layer == highest) last_layer_.push_back(tensor);
  }
  if (last_layer_.empty()) last_layer_ = shared_;
  own_.clear();
  for (const Task& task : model_.tasks()) own_.push_back(learning(*task.head));
}

void TrainingStep::set_prefix(std::vector<PrefixPlan> plans, std::vector<const ActivationCache*> caches) {
  plans_ = std::move(plans);
  caches_ = std::move(caches);
}

std::vector<at::Tensor> TrainingStep::sums(const StepForward& forward, std::size_t number,
                                           const WeightingStep& step) {
  const TrainingSource& source = sources_[forward.source];
  const PrefixPlan& plan = plans_[forward.source];
  PrefixValues prefix;
  if (!plan.empty()) {
    model_.train(false);
    const ActivationCache* cache = caches_[forward.source];
    prefix = cache ? cache->values(forward.batch, forward.rows) : run_prefix(model_, plan, forward.batch);
  }
  const auto draws = [&](const std::string& part) {
    return RandomStream(seed_, "dropout:" + part,
                        static_cast<std::uint64_t>(step.step) << 20 | static_cast<std::uint64_t>(number))
        .next();
  };
  model_.train(true);
  model_.backbone().reseed(draws("backbone"));
  model_.modules().reseed(draws("sentence"));

  SharedEncoding shared(model_.backbone(), model_.modules(), forward.batch);
  prefix.give_to(shared, plan);
  const std::int64_t depth = model_.backbone().shape().layers;
  std::vector<std::int64_t> layers;
  for (std::size_t t = 0; t < source.tasks.size(); ++t) {
    const std::int64_t layer = model_.tasks()[source.tasks[t]].reading.layer_in(depth);
    if (forward.counts[t] > 0 && (plan.empty() || layer > plan.frontier)) layers.push_back(layer);
  }
  shared.run_to(layers);

  std::vector<at::Tensor> result(source.tasks.size());
  for (std::size_t t = 0; t < source.tasks.size(); ++t) {
    if (forward.counts[t] == 0) continue;
    const Task& task = model_.tasks()[source.tasks[t]];
    task.head->reseed(draws("heads." + task.name));
    Encoding encoding = shared.read(task.reading, task.head->level());
    if (task.head->level() == Level::pair) {
      encoding.partners = encoding.sentences.index_select(0, forward.second);
      encoding.sentences = encoding.sentences.index_select(0, forward.first);
    }
    result[t] = task.head->loss(task.head->forward(encoding), forward.targets[t]);
  }
  return result;
}

void TrainingStep::check_finite(const WeightingStep& step) const {
  for (const std::size_t t : step.present)
    if (!std::isfinite(step.losses[t]))
      throw Error("at step " + std::to_string(step.step + 1) + " the loss of task '" +
                  model_.tasks()[t].name +
                  "' is not finite; begin anew with a lower train.learning_rate or train.clip_norm "
                  "and another --out");
}

std::vector<double> TrainingStep::normalised(std::vector<double> weights, double sum) const {
  if (!normalize_ || weighting_.own_objective()) return weights;
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  if (total > 0 && total != sum)
    for (double& weight : weights) weight *= sum / total;
  return weights;
}

std::vector<double> TrainingStep::no_losses(const StepData& data) const {
  std::vector<double> losses(model_.tasks().size(), kNaN);
  for (const std::size_t t : data.present) losses[t] = 0;
  return losses;
}

std::vector<at::Tensor> TrainingStep::add_losses(const StepData& data, std::size_t number,
                                                 const WeightingStep& step, std::vector<double>& losses) {
  const StepForward& forward = data.forwards[number];
  const auto& tasks = sources_[forward.source].tasks;
  std::vector<at::Tensor> parts = sums(forward, number, step);
  for (std::size_t t = 0; t < tasks.size(); ++t)
    if (parts[t].defined()) losses[tasks[t]] += parts[t].item<double>() / data.counts[tasks[t]];
  return parts;
}

std::vector<double> TrainingStep::losses(const StepData& data, const WeightingStep& step) {
  const at::NoGradGuard no_grad;
  std::vector<double> result = no_losses(data);
  for (std::size_t f = 0; f < data.forwards.size(); ++f) add_losses(data, f, step, result);
  return result;
}

void TrainingStep::backward_weighted(const StepData& data, StepResult& result) {
  WeightingStep& step = result.seen;
  const WeightingNeeds needs = has_shared() ? weighting_.needs() : WeightingNeeds::nothing;
  const bool needs_losses = needs != WeightingNeeds::nothing;
  if (needs == WeightingNeeds::gradient_norms) {
    const at::Tensor rows = task_gradients(data, step, last_layer_, {});
    step.gradient_norms = statistics_of(gram_of(rows), step.present, model_.tasks().size()).norms;
  } else if (needs_losses && data.forwards.size() > 1) {
    step.losses = losses(data, step);
  }
  const bool known = !needs_losses || needs == WeightingNeeds::gradient_norms || data.forwards.size() > 1;
  const auto decide = [&] {
    if (needs_losses) check_finite(step);
    const std::size_t tasks = model_.tasks().size();
    result.weights = has_shared() ? normalised(weighting_.weights(step), static_cast<double>(tasks))
                                  : std::vector<double>(tasks, 1.0);
  };
  if (known) decide();

  std::vector<double> seen = no_losses(data);
  for (std::size_t f = 0; f < data.forwards.size(); ++f) {
    const auto parts = add_losses(data, f, step, seen);
    const auto& tasks = sources_[data.forwards[f].source].tasks;
    if (!known) {
      step.losses = seen;
      decide();
    }
    at::Tensor total;
    for (std::size_t t = 0; t < tasks.size(); ++t) {
      if (!parts[t].defined() || !parts[t].requires_grad()) continue;
      const at::Tensor share = parts[t] * (result.weights[tasks[t]] / data.counts[tasks[t]]);
      total = total.defined() ? total + share : share;
    }
    if (total.defined()) total.backward();
  }
  step.losses = seen;
  check_finite(step);
}

at::Tensor TrainingStep::task_gradients(const StepData& data, WeightingStep& step,
                                        const std::vector<at::Tensor>& inputs,
                                        const std::function<std::vector<double>()>& head_weights) {
  const std::int64_t size = total_size(inputs);
  at::Tensor rows = at::zeros({static_cast<std::int64_t>(data.present.size()), size}, at::kFloat);
  std::vector<double> seen = no_losses(data);
  std::vector<std::vector<at::Tensor>> own(model_.tasks().size());
  for (std::size_t f = 0; f < data.forwards.size(); ++f) {
    const auto parts = add_losses(data, f, step, seen);
    const auto& tasks = sources_[data.forwards[f].source].tasks;
    for (std::size_t t = 0; t < tasks.size(); ++t) {
      if (!parts[t].defined()) continue;
      const std::size_t task = tasks[t];
      std::vector<at::Tensor> wanted = inputs;
      if (head_weights) wanted.insert(wanted.end(), own_[task].begin(), own_[task].end());
      if (wanted.empty() || !parts[t].requires_grad()) continue;
      const auto gradients = torch::autograd::grad({parts[t] * (1 / data.counts[task])}, wanted, {},
                                                   /*retain_graph=*/true, /*create_graph=*/false,
                                                   /*allow_unused=*/true);
      const at::NoGradGuard no_grad;
      const auto place = std::find(data.present.begin(), data.present.end(), task) - data.present.begin();
      std::int64_t offset = 0;
      for (std::size_t i = 0; i < inputs.size(); ++i) {
        if (gradients[i].defined())
          rows.select(0, place).narrow(0, offset, inputs[i].numel()).add_(gradients[i].flatten());
        offset += inputs[i].numel();
      }
      if (!head_weights) continue;
      own[task].resize(own_[task].size());
      for (std::size_t i = 0; i < own_[task].size(); ++i) {
        const at::Tensor& gradient = gradients[inputs.size() + i];
        if (!gradient.defined()) continue;
        own[task][i] = own[task][i].defined() ? own[task][i] + gradient : gradient;
      }
    }
  }
  step.losses = seen;
  check_finite(step);
  if (head_weights) {
    const std::vector<double> weights = head_weights();
    for (std::size_t task = 0; task < own.size(); ++task)
      for (std::size_t i = 0; i < own[task].size(); ++i)
        if (own[task][i].defined()) own_[task][i].mutable_grad() = own[task][i] * weights[task];
  }
  return rows;
}

void TrainingStep::backward_by_gradients(const StepData& data, StepResult& result) {
  WeightingStep& step = result.seen;
  const auto tasks = static_cast<double>(model_.tasks().size());
  std::vector<double> head_weights;
  const at::Tensor rows = task_gradients(
      data, step, shared_, [&] { return head_weights = normalised(weighting_.weights(step), tasks); });
  const at::NoGradGuard no_grad;
  at::Tensor direction;
  result.weights = head_weights;
  if (weighting_.needs() == WeightingNeeds::gram) {
    const at::Tensor gram = gram_of(rows);
    if (!std::isfinite(gram.sum().item<double>()))
      throw Error("at step " + std::to_string(step.step + 1) +
                  " the tasks' gradients are not finite; lower train.learning_rate");
    const std::vector<double> alpha =
        normalised(weighting_.coefficients(gram, step), static_cast<double>(step.present.size()));
    const std::vector<float> narrow(alpha.begin(), alpha.end());
    direction = at::tensor(narrow, at::kFloat).matmul(rows);
    for (std::size_t n = 0; n < step.present.size(); ++n) result.weights[step.present[n]] = alpha[n];
  } else {
    direction = weighting_.combine(rows, step);
  }
  std::int64_t offset = 0;
  for (at::Tensor& parameter : shared_) {
    parameter.mutable_grad() = direction.narrow(0, offset, parameter.numel()).view(parameter.sizes()).clone();
    offset += parameter.numel();
  }
}

StepResult TrainingStep::run(const StepData& data, WeightingStep step, bool statistics) {
  step.present = data.present;
  step.losses.assign(model_.tasks().size(), kNaN);
  StepResult result{std::move(step), {}, {}};
  if (data.present.empty()) {  // no example of the step has a label
    result.weights.assign(model_.tasks().size(), 1.0);
    return result;
  }
  if (statistics && has_shared()) {
    const at::Tensor rows = task_gradients(data, result.seen, shared_, {});
    result.statistics = statistics_of(gram_of(rows), data.present, model_.tasks().size());
  }
  if (by_gradients(weighting_) && has_shared())
    backward_by_gradients(data, result);
  else
    backward_weighted(data, result);
  return result;
}

}  // namespace mtt

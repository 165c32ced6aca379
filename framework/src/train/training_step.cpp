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
#include "model/parameter_name.h"
#include "mtt/error.h"
#include "mtt/random_stream.h"
#include "train/gram_matrix.h"
#include "train/plugin_results.h"

namespace mtt {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

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
  const std::int64_t depth = model_.backbone().shape().layers;
  std::int64_t lowest = depth;
  for (const auto& [name, tensor] : model_.backbone().parameters())
    if (tensor.requires_grad()) lowest = std::min(lowest, layer_of_parameter(name));
  std::int64_t lowest_read = depth;
  balanced_.clear();
  for (const Task& task : model_.tasks()) {
    const std::int64_t read = task.reading.layer_in(depth);
    const bool own_vector = task.head->level() == Level::token || task.reading.pooling;
    balanced_.push_back(lowest < read || (!own_vector && !dense.empty()));
    if (balanced_.back()) lowest_read = std::min(lowest_read, read);
  }
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
    if (cache) {
      prefix = cache->values(forward.batch, forward.rows);
    } else {
      std::vector<std::int64_t> all(forward.rows.size());
      std::iota(all.begin(), all.end(), std::int64_t{0});
      prefix = PrefixValues::empty(model_, plan, forward.batch);
      run_prefix_into(prefix, model_, plan, source, forward.batch, forward.rows, all);
    }
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
    result[t] = checked_loss(task, encoding, forward.targets[t]);
  }
  return result;
}

void TrainingStep::check_finite(const std::vector<double>& losses, const std::vector<std::size_t>& tasks,
                                std::int64_t step) const {
  for (const std::size_t t : tasks)
    if (!std::isfinite(losses[t]))
      throw Error("at step " + std::to_string(step + 1) + " the loss of task '" + model_.tasks()[t].name +
                  "' is not finite; start a new run with a lower train.learning_rate or train.clip_norm and "
                  "another --out");
}

void TrainingStep::keep_losses(std::vector<double> losses, StepResult& result) const {
  check_finite(losses, result.present, result.seen.step);
  result.seen.losses = of_balanced(losses);
  result.losses = std::move(losses);
}

std::vector<double> TrainingStep::of_balanced(std::vector<double> values) const {
  for (std::size_t t = 0; t < values.size(); ++t)
    if (!balanced_[t]) values[t] = kNaN;
  return values;
}

/// [K]: scaled so that the balanced tasks have the mean 1; the others have 1.
std::vector<double> TrainingStep::task_weights(const WeightingStep& step) {
  std::vector<double> weights(balanced_.size(), 1.0);
  if (step.present.empty()) return weights;
  const std::vector<double> asked = checked_weights(weighting_, step, model_.tasks());
  double total = 0, count = 0;
  for (std::size_t t = 0; t < weights.size(); ++t) {
    if (!balanced_[t]) continue;
    weights[t] = asked[t];
    total += asked[t];
    ++count;
  }
  if (scales() && total > 0 && total != count)
    for (std::size_t t = 0; t < weights.size(); ++t)
      if (balanced_[t]) weights[t] *= count / total;
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
  return of_balanced(std::move(result));
}

void TrainingStep::backward_weighted(const StepData& data, StepResult& result) {
  WeightingStep& step = result.seen;
  const WeightingNeeds needs = step.present.empty() ? WeightingNeeds::nothing : weighting_.needs();
  const bool needs_losses = needs != WeightingNeeds::nothing;
  if (needs == WeightingNeeds::gradient_norms) {
    const at::Tensor rows = task_gradients(data, result, last_layer_, {});
    step.gradient_norms = statistics_of(gram_matrix(rows), step.present, model_.tasks().size()).norms;
  } else if (needs_losses && data.forwards.size() > 1) {
    step.losses = losses(data, step);
    check_finite(step.losses, step.present, step.step);
  }
  const bool known = !needs_losses || needs == WeightingNeeds::gradient_norms || data.forwards.size() > 1;
  if (known) result.weights = task_weights(step);

  std::vector<double> seen = no_losses(data);
  for (std::size_t f = 0; f < data.forwards.size(); ++f) {
    const auto parts = add_losses(data, f, step, seen);
    const auto& tasks = sources_[data.forwards[f].source].tasks;
    if (!known) {
      keep_losses(seen, result);
      result.weights = task_weights(step);
    }
    at::Tensor total;
    for (std::size_t t = 0; t < tasks.size(); ++t) {
      if (!parts[t].defined() || !parts[t].requires_grad()) continue;
      const at::Tensor share = parts[t] * (result.weights[tasks[t]] / data.counts[tasks[t]]);
      total = total.defined() ? total + share : share;
    }
    if (total.defined()) total.backward();
  }
  keep_losses(std::move(seen), result);
}

at::Tensor TrainingStep::task_gradients(const StepData& data, StepResult& result,
                                        const std::vector<at::Tensor>& inputs,
                                        const std::function<std::vector<double>()>& head_weights) {
  const std::vector<std::size_t>& present = result.seen.present;
  at::Tensor rows = at::zeros({static_cast<std::int64_t>(present.size()), total_size(inputs)}, at::kFloat);
  std::vector<double> seen = no_losses(data);
  std::vector<std::vector<at::Tensor>> own(model_.tasks().size());
  for (std::size_t f = 0; f < data.forwards.size(); ++f) {
    const auto parts = add_losses(data, f, result.seen, seen);
    const auto& tasks = sources_[data.forwards[f].source].tasks;
    for (std::size_t t = 0; t < tasks.size(); ++t) {
      if (!parts[t].defined()) continue;
      const std::size_t task = tasks[t];
      const std::vector<at::Tensor> shared = balanced_[task] ? inputs : std::vector<at::Tensor>();
      std::vector<at::Tensor> wanted = shared;
      if (head_weights) wanted.insert(wanted.end(), own_[task].begin(), own_[task].end());
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
      own[task].resize(own_[task].size());
      for (std::size_t i = 0; i < own_[task].size(); ++i) {
        const at::Tensor& gradient = gradients[shared.size() + i];
        if (!gradient.defined()) continue;
        own[task][i] = own[task][i].defined() ? own[task][i] + gradient : gradient;
      }
    }
  }
  keep_losses(std::move(seen), result);
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
  const at::Tensor rows =
      task_gradients(data, result, shared_, [&] { return result.weights = task_weights(step); });
  const at::NoGradGuard no_grad;
  at::Tensor direction;
  if (weighting_.needs() == WeightingNeeds::gram) {
    const at::Tensor gram = gram_matrix(rows);
    if (!std::isfinite(gram.sum().item<double>()))
      throw Error("at step " + std::to_string(step.step + 1) +
                  " the tasks' gradients are not finite; lower train.learning_rate");
    std::vector<double> alpha = checked_coefficients(weighting_, gram, step);
    const double total = std::accumulate(alpha.begin(), alpha.end(), 0.0);
    if (scales() && total > 0)
      for (double& a : alpha) a *= static_cast<double>(alpha.size()) / total;
    const std::vector<float> narrow(alpha.begin(), alpha.end());
    direction = at::tensor(narrow, at::kFloat).matmul(rows);
    for (std::size_t n = 0; n < step.present.size(); ++n) result.weights[step.present[n]] = alpha[n];
  } else {
    direction = checked_direction(weighting_, rows, step).clone();  // the plugin may keep its own
  }
  std::int64_t offset = 0;
  for (at::Tensor& parameter : shared_) {
    parameter.mutable_grad() = direction.narrow(0, offset, parameter.numel()).view(parameter.sizes());
    offset += parameter.numel();
  }
}

StepResult TrainingStep::run(const StepData& data, WeightingStep step, bool statistics) {
  const std::size_t tasks = model_.tasks().size();
  step.losses.assign(tasks, kNaN);
  step.present.clear();
  for (const std::size_t t : data.present)
    if (balanced_[t]) step.present.push_back(t);
  StepResult result{.present = data.present,
                    .losses = step.losses,
                    .weights = std::vector<double>(tasks, 1.0),
                    .seen = std::move(step),
                    .statistics = {}};
  if (data.present.empty()) return result;  // no example of the step has a label
  const bool balances = !result.seen.present.empty();
  if (statistics && balances) {
    const at::Tensor rows = task_gradients(data, result, shared_, {});
    result.statistics = statistics_of(gram_matrix(rows), result.seen.present, tasks);
  }
  if (by_gradients(weighting_) && balances)
    backward_by_gradients(data, result);
  else
    backward_weighted(data, result);
  return result;
}

}  // namespace mtt

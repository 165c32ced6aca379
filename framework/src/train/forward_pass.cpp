#include "train/forward_pass.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <string>
#include <utility>

#include "mtt/random_stream.h"

namespace mtt {

ForwardPass::ForwardPass(MultiTaskModel& model, const std::vector<TrainingSource>& sources,
                         std::uint64_t seed)
    : model_(model), sources_(sources), seed_(seed), plans_(sources.size()), caches_(sources.size()) {}

void ForwardPass::set_prefix(std::vector<PrefixPlan> plans, std::vector<const ActivationCache*> caches) {
  plans_ = std::move(plans);
  caches_ = std::move(caches);
}

PrefixValues ForwardPass::prefix(const StepForward& forward) {
  const PrefixPlan& plan = plans_[forward.source];
  if (plan.empty()) return {};
  model_.train(false);
  if (const ActivationCache* cache = caches_[forward.source])
    return cache->values(forward.batch, forward.rows);
  std::vector<std::int64_t> all(forward.rows.size());
  std::iota(all.begin(), all.end(), std::int64_t{0});
  PrefixValues values = PrefixValues::empty(model_, plan, forward.batch);
  run_prefix_into(values, model_, plan, sources_[forward.source], forward.batch, forward.rows, all);
  return values;
}

std::vector<at::Tensor> ForwardPass::sums(const StepForward& forward, std::size_t number, std::int64_t step) {
  const TrainingSource& source = sources_[forward.source];
  const PrefixPlan& plan = plans_[forward.source];
  const auto draws = [&](const std::string& part) {
    return RandomStream(seed_, "dropout:" + part,
                        static_cast<std::uint64_t>(step) << 20 | static_cast<std::uint64_t>(number))
        .next();
  };
  const PrefixValues known = prefix(forward);
  model_.train(true);
  model_.backbone().reseed(draws("backbone"));
  model_.modules().reseed(draws("sentence"));

  SharedEncoding shared(model_.backbone(), model_.modules(), forward.batch);
  known.give_to(shared, plan);
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
    Task& task = model_.tasks()[source.tasks[t]];
    task.module().reseed(draws("heads." + task.name));
    result[t] = task.loss(shared.read(task.reading, task.reads(), forward.groups), forward.targets[t]);
  }
  return result;
}

std::vector<double> ForwardPass::no_losses(const StepData& data) const {
  std::vector<double> losses(model_.tasks().size(), std::numeric_limits<double>::quiet_NaN());
  for (const std::size_t t : data.present) losses[t] = 0;
  return losses;
}

std::vector<at::Tensor> ForwardPass::run(const StepData& data, std::size_t number, std::int64_t step,
                                         std::vector<double>& losses) {
  const StepForward& forward = data.forwards[number];
  const auto& tasks = sources_[forward.source].tasks;
  std::vector<at::Tensor> parts = sums(forward, number, step);
  for (std::size_t t = 0; t < tasks.size(); ++t)
    if (parts[t].defined()) losses[tasks[t]] += parts[t].item<double>() / data.counts[tasks[t]];
  return parts;
}

}  // namespace mtt

#include "train/forward_losses.h"

#include <algorithm>
#include <initializer_list>
#include <limits>
#include <memory>
#include <numeric>
#include <string>
#include <utility>

#include "model/parameter_name.h"
#include "mtt/random_stream.h"
#include "train/recomputed_vectors.h"

namespace mtt {

ForwardLosses::ForwardLosses(MultiTaskModel& model, const std::vector<TrainingSource>& sources,
                             std::uint64_t seed)
    : model_(model), sources_(sources), seed_(seed), plans_(sources.size()), caches_(sources.size()) {}

void ForwardLosses::set_prefix(std::vector<PrefixPlan> plans, std::vector<const ActivationCache*> caches) {
  plans_ = std::move(plans);
  caches_ = std::move(caches);
}

PrefixValues ForwardLosses::prefix(std::size_t source, const PackedBatch& batch,
                                   const std::vector<std::int64_t>& rows) {
  const PrefixPlan& plan = plans_[source];
  if (plan.empty()) return {};
  model_.train(false);
  if (const ActivationCache* cache = caches_[source]) return cache->values(batch, rows);
  std::vector<std::int64_t> all(rows.size());
  std::iota(all.begin(), all.end(), std::int64_t{0});
  PrefixValues values = PrefixValues::empty(model_, plan, batch);
  run_prefix_into(values, model_, plan, sources_[source], batch, rows, all);
  return values;
}

std::uint64_t ForwardLosses::draws(const std::string& part, std::size_t number, std::int64_t step) const {
  return RandomStream(seed_, "dropout:" + part,
                      static_cast<std::uint64_t>(step) << 20 | static_cast<std::uint64_t>(number))
      .next();
}

std::vector<const Task*> ForwardLosses::tasks_with_targets(const StepForward& forward) const {
  const auto& tasks = sources_[forward.source].tasks;
  std::vector<const Task*> some;
  for (std::size_t t = 0; t < tasks.size(); ++t)
    if (forward.counts[t] > 0) some.push_back(&model_.tasks()[tasks[t]]);
  return some;
}

std::vector<at::Tensor> ForwardLosses::vectors_in_parts(const StepForward& forward, std::size_t number,
                                                        std::int64_t step,
                                                        const std::vector<Reading>& readings) {
  std::vector<at::Tensor> parameters;
  for (const nn::Module* module :
       std::initializer_list<const nn::Module*>{&model_.backbone().module(), &model_.modules()})
    for (const auto& [name, tensor] : module->parameters()) parameters.push_back(tensor);
  const auto encode = [this, &forward, number, step, readings](std::size_t part) {
    const std::vector<std::int64_t>& places = forward.parts[part];
    auto drawn = std::make_shared<nn::DrawRows>();
    std::vector<std::int64_t> rows;
    for (const std::int64_t place : places) {
      rows.push_back(forward.rows[place]);
      drawn->inputs.push_back(place);
      for (std::int64_t t = forward.inputs.batch.offsets[place]; t < forward.inputs.batch.offsets[place + 1];
           ++t)
        drawn->tokens.push_back(t);
    }
    drawn->all_tokens = forward.inputs.batch.tokens();
    drawn->all_inputs = forward.inputs.batch.size();
    const SharedInputs inputs{.batch = batch_of(model_, sources_[forward.source], rows)};
    const PrefixValues known = prefix(forward.source, inputs.batch, rows);
    model_.train(true);
    model_.backbone().module().reseed(draws("backbone", number, step), drawn);
    model_.modules().reseed(draws("sentence", number, step), drawn);
    SharedEncoding shared(model_.backbone(), model_.modules(), inputs);
    known.give_to(shared, plans_[forward.source]);
    shared.run_for(tasks_with_targets(forward));
    std::vector<at::Tensor> vectors;
    for (const Reading& reading : readings) vectors.push_back(shared.sentences(reading));
    return vectors;
  };
  return recomputed_vectors(encode, forward.parts, parameters);
}

std::vector<at::Tensor> ForwardLosses::sums(const StepForward& forward, std::size_t number,
                                            std::int64_t step) {
  const TrainingSource& source = sources_[forward.source];
  SharedEncoding shared(model_.backbone(), model_.modules(), forward.inputs);
  if (forward.parts.empty()) {
    const PrefixValues known = prefix(forward.source, forward.inputs.batch, forward.rows);
    model_.train(true);
    model_.backbone().module().reseed(draws("backbone", number, step));
    model_.modules().reseed(draws("sentence", number, step));
    known.give_to(shared, plans_[forward.source]);
    shared.run_for(tasks_with_targets(forward));
  } else {
    std::vector<Reading> readings;
    for (const Task* task : tasks_with_targets(forward))
      if (std::find(readings.begin(), readings.end(), task->reading) == readings.end())
        readings.push_back(task->reading);
    if (!readings.empty()) {
      const auto vectors = vectors_in_parts(forward, number, step, readings);
      for (std::size_t i = 0; i < readings.size(); ++i) shared.know_sentences(readings[i], vectors[i]);
    }
  }

  std::vector<at::Tensor> result(source.tasks.size());
  for (std::size_t t = 0; t < source.tasks.size(); ++t) {
    if (forward.counts[t] == 0) continue;
    Task& task = model_.tasks()[source.tasks[t]];
    task.module().reseed(draws(std::string(kHeadsPrefix) + task.name, number, step));
    result[t] = task.loss(shared.read(task), forward.targets[t]);
  }
  return result;
}

std::vector<double> ForwardLosses::no_losses(const StepData& data) const {
  std::vector<double> losses(model_.tasks().size(), std::numeric_limits<double>::quiet_NaN());
  for (const std::size_t t : data.present) losses[t] = 0;
  return losses;
}

std::vector<at::Tensor> ForwardLosses::run(const StepData& data, std::size_t number, std::int64_t step,
                                           std::vector<double>& losses) {
  const StepForward& forward = data.forwards[number];
  const auto& tasks = sources_[forward.source].tasks;
  std::vector<at::Tensor> parts = sums(forward, number, step);
  for (std::size_t t = 0; t < tasks.size(); ++t)
    if (parts[t].defined()) losses[tasks[t]] += parts[t].item<double>() / data.counts[tasks[t]];
  return parts;
}

}  // namespace mtt

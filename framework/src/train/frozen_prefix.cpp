#include "train/frozen_prefix.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <numeric>

#include "model/run_on_workers.h"

namespace mtt {
namespace {

bool learns(const nn::Module& module) {
  const auto parameters = module.parameters();
  return std::any_of(parameters.begin(), parameters.end(),
                     [](const nn::NamedParameter& p) { return p.tensor.requires_grad(); });
}

template <class T>
void add_once(std::vector<T>& list, const T& item) {
  if (std::find(list.begin(), list.end(), item) == list.end()) list.push_back(item);
}

/// Neighbouring sentences in at most `count` parts of about as many tokens.
std::vector<std::vector<std::int64_t>> parts_of(const PackedBatch& batch,
                                                const std::vector<std::int64_t>& places, std::int64_t count) {
  const std::int64_t tokens =
      std::accumulate(places.begin(), places.end(), std::int64_t{0},
                      [&](std::int64_t sum, std::int64_t place) { return sum + batch.length(place); });
  std::vector<std::vector<std::int64_t>> parts(1);
  std::int64_t taken = 0;
  for (const std::int64_t place : places) {
    const auto begun = static_cast<std::int64_t>(parts.size());
    if (!parts.back().empty() && begun < count && taken + batch.length(place) / 2 >= tokens * begun / count)
      parts.emplace_back();
    parts.back().push_back(place);
    taken += batch.length(place);
  }
  return parts;
}

}  // namespace

bool PrefixPlan::worth_keeping(std::int64_t depth) const {
  const auto saves = [&](std::int64_t layer) { return layer > 0; };
  return std::any_of(token_layers.begin(), token_layers.end(), saves) ||
         std::any_of(sentences.begin(), sentences.end(),
                     [&](const Reading& reading) { return saves(reading.layer_in(depth)); });
}

PrefixPlan plan_prefix(const MultiTaskModel& model, const std::vector<std::size_t>& tasks,
                       std::int64_t frontier) {
  PrefixPlan plan{.frontier = frontier, .token_layers = {}, .sentences = {}};
  if (frontier < 0) return plan;
  const std::int64_t depth = model.backbone().shape().layers;
  for (const std::size_t t : tasks) {
    const Task& task = model.tasks()[t];
    const std::int64_t layer = task.reading.layer_in(depth);
    const bool pooled = !task.reads_tokens();
    if (layer > frontier)
      add_once(plan.token_layers, frontier);
    else if (pooled && (task.reading.pooling || !learns(model.modules())))
      add_once(plan.sentences, task.reading);
    else
      add_once(plan.token_layers, layer);
  }
  std::sort(plan.token_layers.begin(), plan.token_layers.end());
  return plan;
}

PrefixValues PrefixValues::empty(const MultiTaskModel& model, const PrefixPlan& plan,
                                 const PackedBatch& batch) {
  PrefixValues values;
  for (std::size_t i = 0; i < plan.token_layers.size(); ++i)
    values.tokens.push_back(at::empty({batch.tokens(), model.backbone().shape().hidden}, at::kFloat));
  for (const Reading& reading : plan.sentences)
    values.sentences.push_back(at::empty({batch.size(), model.sentence_width(reading)}, at::kFloat));
  return values;
}

void PrefixValues::give_to(SharedEncoding& shared, const PrefixPlan& plan) const {
  for (std::size_t i = 0; i < tokens.size(); ++i) shared.know_tokens(plan.token_layers[i], tokens[i]);
  for (std::size_t i = 0; i < sentences.size(); ++i) shared.know_sentences(plan.sentences[i], sentences[i]);
}

PrefixValues run_prefix(const MultiTaskModel& model, const PrefixPlan& plan, const PackedBatch& batch,
                        const PrefixPlan& known_plan, const PrefixValues& known) {
  const at::NoGradGuard no_grad;
  const std::int64_t depth = model.backbone().shape().layers;
  const SharedInputs inputs{.batch = batch};
  SharedEncoding shared(model.backbone(), model.modules(), inputs);
  known.give_to(shared, known_plan);
  std::vector<std::int64_t> layers = plan.token_layers;
  for (const Reading& reading : plan.sentences) layers.push_back(reading.layer_in(depth));
  shared.run_to(layers);
  PrefixValues values;
  for (const std::int64_t layer : plan.token_layers) values.tokens.push_back(shared.tokens(layer));
  for (const Reading& reading : plan.sentences) values.sentences.push_back(shared.sentences(reading));
  return values;
}

PackedBatch batch_of(const MultiTaskModel& model, const TrainingSource& source,
                     const std::vector<std::int64_t>& rows) {
  return make_batch(source.tokens, rows, model.backbone().shape());
}

void run_prefix_into(PrefixValues& values, const MultiTaskModel& model, const PrefixPlan& plan,
                     const TrainingSource& source, const PackedBatch& batch,
                     const std::vector<std::int64_t>& rows, const std::vector<std::int64_t>& places) {
  const std::int64_t threads = at::get_num_threads();
  const auto parts = parts_of(batch, places, threads);
  run_on_workers(threads, static_cast<std::int64_t>(parts.size()), [&](std::int64_t number) {
    const auto& part = parts[number];
    std::vector<std::int64_t> texts;
    std::vector<at::Tensor> ids;
    for (const std::int64_t place : part) {
      texts.push_back(rows[place]);
      ids.push_back(batch.ids.narrow(0, batch.offsets[place], batch.length(place)));
    }
    PackedBatch members = batch_of(model, source, texts);
    if (!ids.empty()) members.ids = at::cat(ids);
    const PrefixValues computed = run_prefix(model, plan, members);
    for (std::size_t m = 0; m < part.size(); ++m) {
      const auto sentence = static_cast<std::int64_t>(m);
      const std::int64_t length = members.length(sentence);
      for (std::size_t i = 0; i < computed.tokens.size(); ++i)
        values.tokens[i]
            .narrow(0, batch.offsets[part[m]], length)
            .copy_(computed.tokens[i].narrow(0, members.offsets[m], length));
      for (std::size_t i = 0; i < computed.sentences.size(); ++i)
        values.sentences[i].select(0, part[m]).copy_(computed.sentences[i].select(0, sentence));
    }
  });
  at::set_num_threads(static_cast<int>(threads));
}

}  // namespace mtt

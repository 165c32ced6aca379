#include "run/run_estimate.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <memory>
#include <numeric>

#include "freeze/frontier.h"
#include "model/session.h"
#include "mtt/random_stream.h"
#include "run/step_sample.h"
#include "train/activation_cache.h"
#include "train/adamw.h"
#include "train/parameter_groups.h"
#include "train/training_step.h"

namespace mtt {
namespace {

constexpr std::size_t kMostSteps = 4, kMostTexts = 64;
constexpr double kSeconds = 2, kSlowest = 6;  // of all phases together; of one phase
constexpr std::int64_t kFewestSteps = 2;

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double token_count(const TrainingSource& source) {
  return std::accumulate(source.tokens.begin(), source.tokens.end(), 0.0, [](double sum, const auto& text) {
    return sum + static_cast<double>(text.tokens.ids.size());
  });
}

struct Measured {
  double step_seconds = 0, fill_seconds = 0, cache_bytes = 0;
};

class TrainingEstimate {
 public:
  TrainingEstimate(const TrainingPlan& plan, const std::vector<TrainingSource>& sources, Encoder& encoder,
                   std::int64_t threads)
      : plan_(plan),
        settings_(plan.settings),
        policy_(plan.policy),
        sampler_(*plan.sampler),
        sources_(sources),
        model_(*encoder.model),
        threads_(threads),
        sample_(sources, *encoder.model) {
    sample_.add_longest(settings_.tokens_per_forward);
    first_ = sample_.steps().size();
    Sampler draws = sampler_;
    while (draws.step() < draws.steps() && sample_.steps().size() < first_ + kMostSteps)
      sample_.add_step(draws.next());
    sample_.tokenize(encoder.text_encoder(), threads);
  }

  RunEstimate run() {
    at::set_num_threads(static_cast<int>(threads_));
    std::vector<std::size_t> order(policy_.phases.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return trainable(a) > trainable(b); });
    const double start = now();
    Measured measured;
    for (const std::size_t phase : order) {
      const double left = kSeconds - (now() - start);
      if (result_.steps_measured == 0 || left > 0)
        measured = measure(phase, left / static_cast<double>(order.size()));
      result_.seconds += measured.step_seconds * static_cast<double>(steps_of(phase)) + measured.fill_seconds;
      result_.cache_bytes = std::max(result_.cache_bytes, measured.cache_bytes);
    }
    model_.train(false);
    double largest = 0;
    for (auto& [name, tensor] : model_.parameters()) {
      tensor.mutable_grad().reset();
      tensor.set_requires_grad(false);
      if (!policy_.ever_trains(name)) continue;
      const auto bytes = static_cast<double>(tensor.nbytes());
      result_.best_bytes += bytes;
      largest = std::max(largest, bytes);
    }
    result_.best_bytes += largest;
    return result_;
  }

 private:
  std::int64_t trainable(std::size_t phase) const {
    std::int64_t count = 0;
    for (const auto& [name, tensor] : model_.parameters())
      if (policy_.phases[phase].trains(name)) count += tensor.numel();
    return count;
  }

  std::int64_t first_step(std::size_t phase) const {
    return phase == policy_.phases.size()
               ? sampler_.steps()
               : std::min(sampler_.steps(), policy_.phases[phase].first_epoch * sampler_.steps_per_epoch());
  }
  std::int64_t steps_of(std::size_t phase) const { return first_step(phase + 1) - first_step(phase); }

  /// Fills caches as the training would, where what they hold of all examples fits into [cache] limit_mb.
  Measured fill(std::size_t phase, const std::vector<PrefixPlan>& plans) {
    Measured measured;
    caches_.clear();
    caches_.resize(plans.size());
    const std::int64_t depth = model_.backbone().shape().layers;
    const std::int64_t begun = first_step(phase);
    double room = static_cast<double>(plan_.cache.bytes);
    for (std::size_t s = 0; s < plans.size(); ++s) {
      const TrainingSource& sample = sample_.sources()[s];
      const bool pays = !sample.transforms && plans[s].worth_keeping(depth) &&
                        (sampler_.steps() - begun) * settings_.batch_size > sources_[s].examples();
      if (plan_.cache.where == CacheSettings::Where::none || plans[s].frontier < 0 || !pays ||
          sample.texts.empty())
        continue;
      auto cache = std::make_unique<ActivationCache>(
          model_, sample, plans[s],
          CacheStorage{.directory = {}, .bytes = std::numeric_limits<std::int64_t>::max(), .model_key = {}});
      const double ratio = token_count(sources_[s]) / token_count(sample);
      const double bytes = static_cast<double>(cache->bytes()) * ratio;
      if (bytes > room) continue;
      room -= bytes;
      const double start = now();
      cache->fill(threads_, settings_.tokens_per_forward, nullptr, [](double) {});
      measured.fill_seconds += (now() - start) * ratio;
      measured.cache_bytes += bytes;
      at::set_num_threads(static_cast<int>(threads_));
      caches_[s] = std::move(cache);
    }
    return measured;
  }

  Measured measure(std::size_t phase, double seconds) {
    for (auto& [name, tensor] : model_.parameters()) {
      tensor.mutable_grad().reset();
      tensor.set_requires_grad(policy_.phases[phase].trains(name));
    }
    model_.train(false);
    const std::int64_t start_layer =
        frontier(model_.backbone().parameters(), model_.backbone().shape().layers);
    std::vector<PrefixPlan> plans;
    for (const TrainingSource& source : sample_.sources())
      plans.push_back(plan_prefix(model_, source.tasks, start_layer));
    Measured measured = fill(phase, plans);
    std::vector<const ActivationCache*> views;
    for (const auto& cache : caches_) views.push_back(cache.get());

    AdamW optimizer(settings_.optimizer.adamw, parameter_groups(model_.parameters(), settings_.optimizer,
                                                                own_layers(model_.backbone().parameters())));
    TrainingStep runner(model_, sample_.sources(), *plan_.weighting, plan_.normalize_weights, plan_.seed);
    runner.set_prefix(std::move(plans), std::move(views));
    const double begin = now();
    for (std::size_t s = 0; s <= first_; ++s) step(sample_.steps()[s], runner, optimizer);
    const double warm = now();
    measured.step_seconds = (warm - begin) / static_cast<double>(first_ + 1);
    const auto goes_on = [&](std::int64_t count) {
      const double spent = now() - begin;
      return spent < seconds || (count < kFewestSteps && spent < kSlowest);
    };
    std::size_t next = first_;
    for (std::int64_t count = 0; goes_on(count);) {
      step(sample_.steps()[next], runner, optimizer);
      measured.step_seconds = (now() - warm) / static_cast<double>(++count);
      next = next + 1 < sample_.steps().size() ? next + 1 : first_;
    }
    caches_.clear();
    return measured;
  }

  void step(const std::vector<SourceBatch>& chosen, TrainingStep& runner, AdamW& optimizer) {
    const StepData data =
        make_step(sample_.sources(), sample_.files(), model_, chosen, settings_.tokens_per_forward);
    const std::int64_t number = result_.steps_measured++;
    runner.run(data,
               WeightingStep{.step = number,
                             .epoch = 0,
                             .seed = RandomStream(1, "weighting", static_cast<std::uint64_t>(number)).next(),
                             .present = {},
                             .losses = {},
                             .gradient_norms = {}},
               false);
    clip_gradients(optimizer.slots(), std::numeric_limits<double>::infinity());
    optimizer.step(0);
    for (AdamW::Slot& slot : optimizer.slots()) slot.parameter.mutable_grad().reset();
  }

  const TrainingPlan& plan_;
  const TrainSettings& settings_;
  const FreezePolicy& policy_;
  const Sampler& sampler_;
  const std::vector<TrainingSource>& sources_;
  MultiTaskModel& model_;
  std::int64_t threads_;
  StepSample sample_;
  std::size_t first_ = 0;  ///< the first step that the sampler drew
  std::vector<std::unique_ptr<ActivationCache>> caches_;
  RunEstimate result_;
};

/// The same for files that are all read with second texts, or all without.
double seconds_of_inference(const std::vector<const ReadFile*>& files, bool second_texts,
                            const Encoder& encoder, std::int64_t threads, std::int64_t tokens_per_forward) {
  struct Row {
    const std::string *text, *second_text;
    double bytes;
  };
  std::vector<Row> all;
  double bytes = 0, sample_bytes = 0;
  for (const ReadFile* file : files)
    for (std::size_t i = 0; i < file->examples->texts.size(); ++i) {
      const std::string& text = file->examples->texts[i];
      const std::string* second = second_texts ? &file->examples->partners[i] : nullptr;
      all.push_back({&text, second, static_cast<double>(text.size() + (second ? second->size() : 0)) + 1});
      bytes += all.back().bytes;
    }
  if (all.empty()) return 0;
  Request sample{
      .texts = {}, .sentences = false, .predictions = second_texts || encoder.model->reads_single_texts()};
  const std::size_t stride = (all.size() + kMostTexts - 1) / kMostTexts;
  for (std::size_t i = 0; i < all.size(); i += stride) {
    sample.texts.push_back(*all[i].text);
    if (second_texts) sample.second_texts.emplace_back(*all[i].second_text);
    sample_bytes += all[i].bytes;
  }
  Session session(*encoder.model, encoder.text_encoder(), threads, tokens_per_forward);
  Request first = sample;
  first.texts.resize(1);
  first.second_texts.resize(second_texts);
  session.run(std::move(first));
  const double start = now();
  session.run(std::move(sample));
  return (now() - start) * bytes / sample_bytes;
}

}  // namespace

RunEstimate estimate_training(const TrainingPlan& plan, const std::vector<TrainingSource>& sources,
                              Encoder& encoder, std::int64_t threads) {
  return TrainingEstimate(plan, sources, encoder, threads).run();
}

double estimate_inference(const std::vector<ReadFile>& files, const Encoder& encoder, std::int64_t threads,
                          std::int64_t tokens_per_forward) {
  double seconds = 0;
  for (const bool second_texts : {false, true}) {
    std::vector<const ReadFile*> read;
    for (const ReadFile& file : files)
      if (file.second_texts == second_texts) read.push_back(&file);
    seconds += seconds_of_inference(read, second_texts, encoder, threads, tokens_per_forward);
  }
  return seconds;
}

}  // namespace mtt

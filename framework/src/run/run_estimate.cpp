#include "run/run_estimate.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <limits>
#include <map>
#include <memory>
#include <numeric>

#include "freeze/frontier.h"
#include "model/inference.h"
#include "mtt/random_stream.h"
#include "train/activation_cache.h"
#include "train/adamw.h"
#include "train/parameter_groups.h"
#include "train/training_step.h"

namespace mtt {
namespace {

constexpr std::size_t kMostSteps = 4, kMostTexts = 64;
constexpr double kSeconds = 2, kSlowest = 6;  // of all phases together; of one phase
constexpr std::int64_t kFewestSteps = 2;

using Chosen = std::vector<std::pair<std::size_t, std::vector<std::int64_t>>>;

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double token_count(const TrainingSource& source) {
  return std::accumulate(source.tokens.begin(), source.tokens.end(), 0.0, [](double sum, const auto& text) {
    return sum + static_cast<double>(text.tokens.ids.size());
  });
}

/// The examples of some steps, as sources of their own.
class Sample {
 public:
  Sample(const std::vector<TrainingSource>& sources, const MultiTaskModel& model)
      : all_(sources), model_(model), files_(sources_of_files(sources)), index_(files_.size()) {
    for (const TrainingSource& source : sources) {
      TrainingSource& own = sources_.emplace_back();
      own.file = source.file;
      own.joint = source.joint;
      own.tasks = source.tasks;
      own.labels.resize(source.labels.size());
    }
  }

  void add_step(const Chosen& chosen) {
    Chosen& step = steps_.emplace_back();
    for (const auto& [file, examples] : chosen) {
      std::vector<std::int64_t> own;
      for (const std::int64_t example : examples) own.push_back(add(file, example));
      step.emplace_back(file, std::move(own));
    }
  }

  /// A micro-batch of the longest inputs of each file, so that memory is that of the largest one.
  void add_longest(std::int64_t tokens) {
    Chosen longest;
    for (std::size_t f = 0; f < files_.size(); ++f) {
      std::vector<std::size_t> cut;
      std::copy_if(files_[f].begin(), files_[f].end(), std::back_inserter(cut), [&](std::size_t s) {
        return std::none_of(all_[s].tasks.begin(), all_[s].tasks.end(),
                            [&](std::size_t t) { return model_.tasks()[t].coupled(); });
      });
      if (cut.empty()) continue;
      const auto length = [&](std::int64_t e) {
        std::int64_t most = 0;
        for (const std::size_t s : cut) {
          std::int64_t sum = 0;
          for (const std::int64_t input : all_[s].inputs_of(e)) sum += all_[s].tokens[input].length();
          most = std::max(most, sum);
        }
        return most;
      };
      std::vector<std::int64_t> order(all_[cut.front()].texts.size()), some;
      std::iota(order.begin(), order.end(), std::int64_t{0});
      std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return length(a) > length(b); });
      std::int64_t left = tokens;
      for (const std::int64_t example : order) {
        if (!some.empty() && length(example) > left) break;
        some.push_back(example);
        left -= length(example);
      }
      longest.emplace_back(f, std::move(some));
    }
    if (!longest.empty()) add_step(longest);
  }

  void tokenise(const TextEncoder& text_encoder, std::int64_t threads) {
    for (TrainingSource& source : sources_) {
      source.tokenise(text_encoder, threads);
    }
  }

  const std::vector<TrainingSource>& sources() const { return sources_; }
  const std::vector<Chosen>& steps() const { return steps_; }

 private:
  std::int64_t add(std::size_t file, std::int64_t example) {
    const auto [found, fresh] = index_[file].emplace(example, static_cast<std::int64_t>(index_[file].size()));
    if (!fresh) return found->second;
    for (const std::size_t s : files_[file]) {
      TrainingSource& own = sources_[s];
      own.texts.push_back(all_[s].texts[example]);
      if (!all_[s].second_texts.empty()) own.second_texts.push_back(all_[s].second_texts[example]);
      if (!all_[s].negatives.empty()) own.negatives.push_back(all_[s].negatives[example]);
      for (std::size_t t = 0; t < own.labels.size(); ++t) own.labels[t].push_back(all_[s].labels[t][example]);
    }
    return found->second;
  }

  const std::vector<TrainingSource>& all_;
  const MultiTaskModel& model_;
  std::vector<std::vector<std::size_t>> files_;
  std::vector<TrainingSource> sources_;
  std::vector<std::map<std::int64_t, std::int64_t>> index_;  ///< of each file: example → own index
  std::vector<Chosen> steps_;
};

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
    while (draws.step() < draws.steps() && sample_.steps().size() < first_ + kMostSteps) {
      Chosen chosen;
      for (SourceBatch& batch : draws.next()) chosen.emplace_back(batch.source, std::move(batch.examples));
      sample_.add_step(chosen);
    }
    sample_.tokenise(encoder.text_encoder(), threads);
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
      const bool pays = plans[s].worth_keeping(depth) &&
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

  void step(const Chosen& chosen, TrainingStep& runner, AdamW& optimizer) {
    const StepData data = make_step(sample_.sources(), model_, chosen, settings_.tokens_per_forward);
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
  Sample sample_;
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
  std::vector<std::string> sample, second_sample;
  const std::size_t stride = (all.size() + kMostTexts - 1) / kMostTexts;
  for (std::size_t i = 0; i < all.size(); i += stride) {
    sample.push_back(*all[i].text);
    if (second_texts) second_sample.push_back(*all[i].second_text);
    sample_bytes += all[i].bytes;
  }
  const Inference inference(*encoder.model, encoder.text_encoder(), threads, tokens_per_forward);
  const InferenceRequest request{
      .sentences = false, .predictions = second_texts || predicts(*encoder.model), .progress = {}};
  const auto first_of = [](std::vector<std::string> texts) {
    texts.resize(std::min<std::size_t>(texts.size(), 1));
    return texts;
  };
  inference.run(first_of(sample), request, first_of(second_sample));
  const double start = now();
  inference.run(sample, request, second_sample);
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

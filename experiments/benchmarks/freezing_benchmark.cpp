// A training step under every freeze policy, with and without the activation cache.
//
// Names are policy/cached or policy/plain. Counters: trained (millions of parameters), peak_mb (of the
// process, so run one benchmark a process, as freezing.py does), cache_mb, fill_s.
#include <ATen/Parallel.h>
#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdlib>

#include "freeze/freeze_policy.h"
#include "freeze/frontier.h"
#include "model/adapters.h"
#include "model/encoder.h"
#include "plugin/make_parts.h"
#include "sentences.h"
#include "train/activation_cache.h"
#include "train/adamw.h"
#include "train/training_step.h"

namespace {

using mtt::Value;

constexpr std::int64_t kBatch = 32;
constexpr std::int64_t kSteps = 16;  // distinct batches
constexpr std::int64_t kTokensPerForward = 1024;
constexpr std::int64_t kCacheBytes = std::int64_t{1} << 30;

std::int64_t threads() {
  const char* given = std::getenv("MTT_THREADS");
  return given ? std::atol(given) : 2;
}

std::unique_ptr<mtt::Head> head(mtt::PluginCatalog& plugins, const std::string& name,
                                const std::vector<Value>& labels, std::int64_t width) {
  const mtt::HeadPlugin plugin = plugins.head(name);
  auto made = mtt::make_head(plugin, mtt::Options::read(plugin.options, Value(), "[tasks.benchmark]"));
  made->learn_labels(labels);
  made->build(width);
  for (auto& [parameter, tensor] : made->parameters()) tensor.normal_(0, 0.02);
  return made;
}

/// A model with an intent head and a slot head, and sentences of 4 to 20 words with labels for both.
struct Setting {
  mtt::PluginCatalog plugins{mtt::PluginCatalog::search_folders({})};
  mtt::Encoder encoder;
  std::vector<mtt::TrainingSource> sources{1};
  std::unique_ptr<mtt::Weighting> weighting;

  explicit Setting(const std::string& model) {
    mtt::EncoderSettings settings;
    settings.model = model;
    encoder = mtt::load_encoder(settings, plugins);
    mtt::TrainingSource& source = sources.front();
    source.texts = sentences(kBatch * kSteps, 4, 20);
    source.tasks = {0, 1};
    source.labels.resize(2);
    const mtt::TextEncoder text_encoder = encoder.text_encoder();
    for (std::size_t i = 0; i < source.texts.size(); ++i) {
      source.tokens.push_back(text_encoder.encode(source.texts[i]));
      source.labels[0].emplace_back("intent " + std::to_string(i % 7));
      source.labels[1].emplace_back(Value::Array{Value::Table{{"start", 0},
                                                              {"end", 1 + static_cast<std::int64_t>(i % 3)},
                                                              {"label", "slot " + std::to_string(i % 39)}}});
    }
    for (const auto& [name, plugin, number] :
         {std::tuple{"intent", "classification", 0}, std::tuple{"slots", "token_classification", 1}}) {
      const mtt::Reading reading;
      const std::int64_t width =
          number == 1 ? encoder.model->token_width(reading) : encoder.model->sentence_width(reading);
      encoder.model->add({name, plugin, reading, head(plugins, plugin, source.labels[number], width)});
    }
    weighting = mtt::make_weighting(plugins.weighting("equal"), {});
    weighting->begin({{"intent"}, {"slots"}});
  }
};

double peak_mb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

void step(benchmark::State& state, const Value& freeze, bool cached) {
  at::set_num_threads(static_cast<int>(threads()));
  const char* model = std::getenv("MTT_MODEL");
  Setting setting(model ? model : "all-MiniLM-L6-v2");
  mtt::MultiTaskModel& parts = *setting.encoder.model;
  const std::int64_t depth = parts.backbone().shape().layers;
  const auto policy = mtt::FreezePolicy::from(mtt::Options::read(mtt::freeze_options(), freeze, "[freeze]"),
                                              depth, {"intent", "slots"});
  mtt::add_adapters(parts.backbone(), policy.adapters, 1);

  std::int64_t trained = 0;
  std::vector<mtt::AdamW::Slot> slots;
  for (auto& [name, tensor] : parts.parameters()) {
    const bool learns = policy.phases.back().trains(name);
    tensor.set_requires_grad(learns);
    trained += learns ? tensor.numel() : 0;
    slots.push_back({name, tensor, 1e-6, 0.01});
  }
  mtt::AdamW optimizer({}, std::move(slots));
  mtt::TrainingStep runner(parts, setting.sources, *setting.weighting, true, 1);

  const mtt::PrefixPlan plan =
      mtt::plan_prefix(parts, {0, 1}, mtt::frontier(parts.backbone().parameters(), depth));
  std::unique_ptr<mtt::ActivationCache> cache;
  double fill = 0;
  if (cached) {
    cache = std::make_unique<mtt::ActivationCache>(
        parts, setting.sources.front(), plan,
        mtt::CacheStorage{.directory = {}, .bytes = kCacheBytes, .model_key = {}});
    const auto start = std::chrono::steady_clock::now();
    cache->fill(threads(), kTokensPerForward, nullptr, [](double) {});
    at::set_num_threads(static_cast<int>(threads()));
    fill = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }
  runner.set_prefix({plan}, {cache.get()});

  std::int64_t number = 0;
  for (auto _ : state) {
    std::vector<std::int64_t> examples(kBatch);
    for (std::int64_t i = 0; i < kBatch; ++i) examples[i] = number % kSteps * kBatch + i;
    const mtt::StepData data = mtt::make_step(setting.sources, parts, {{0, examples}}, kTokensPerForward);
    runner.run(data,
               {.step = number, .epoch = 0, .seed = 1, .present = {}, .losses = {}, .gradient_norms = {}},
               false);
    optimizer.step(1);
    for (mtt::AdamW::Slot& slot : optimizer.slots()) slot.parameter.mutable_grad().reset();
    ++number;
  }
  state.SetItemsProcessed(state.iterations() * kBatch);
  state.counters["trained"] = static_cast<double>(trained) / 1e6;
  state.counters["peak_mb"] = peak_mb();
  state.counters["cache_mb"] = cache ? static_cast<double>(cache->bytes()) / (1 << 20) : 0;
  state.counters["fill_s"] = fill;
}

Value policy_table(const std::string& policy, std::int64_t layers) {
  Value table(Value::Table{{"policy", policy}});
  if (layers >= 0) table.set("layers", layers);
  return table;
}

void add(const std::string& name, const Value& freeze, bool has_prefix) {
  for (const bool cached : {false, true}) {
    if (cached && !has_prefix) continue;
    benchmark::RegisterBenchmark((name + (cached ? "/cached" : "/plain")).c_str(), step, freeze, cached)
        ->Unit(benchmark::kMillisecond)
        ->UseRealTime();
  }
}

}  // namespace

int main(int argc, char** argv) {
  add("none", policy_table("none", -1), false);
  add("embeddings", policy_table("embeddings", -1), false);
  for (std::int64_t k = 0; k <= 6; ++k)
    add("bottom_layers_" + std::to_string(k), policy_table("bottom_layers", k), k > 0);
  add("backbone", policy_table("backbone", -1), true);
  Value heads = policy_table("heads", -1);
  heads.set("heads", Value::Array{"slots"});
  add("heads", heads, false);
  for (const char* name : {"bitfit", "layer_norm", "lora", "houlsby"})
    add(name, policy_table(name, -1), false);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

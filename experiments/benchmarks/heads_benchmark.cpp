// What heads cost in a pass: the same sentences with no head, one, two and three, in turn.
#include <ATen/core/grad_mode.h>
#include <benchmark/benchmark.h>

#include "model/encoder.h"
#include "model/inference.h"
#include "plugin/make_parts.h"
#include "sentences.h"

namespace {

void add_head(mtt::Encoder& encoder, mtt::PluginCatalog& plugins, const std::string& plugin,
              const std::string& labels) {
  const mtt::HeadPlugin head = plugins.head(plugin);
  mtt::Value options{mtt::Value::Table{}};
  if (head.options.find("labels")) {
    mtt::Value::Array names;
    for (int i = 0; i < std::stoi(labels); ++i) names.emplace_back("label" + std::to_string(i));
    options.set("labels", std::move(names));
  }
  mtt::Task task{
      plugin, plugin, {}, mtt::make_head(head, mtt::Options::read(head.options, options, "")), true};
  task.head->learn_labels({});
  task.head->build(encoder.model->feature_width(task.reading, task.head->level()));
  const at::NoGradGuard no_grad;
  for (auto& [name, tensor] : task.head->parameters()) tensor.normal_(0, 0.02);
  encoder.model->add(std::move(task));
}

// Heads: 7 intents, 39 slots, one number.
void pass(benchmark::State& state) {
  mtt::PluginCatalog plugins(mtt::PluginCatalog::search_folders({}));
  mtt::EncoderSettings settings;
  settings.model = "all-MiniLM-L6-v2";
  mtt::Encoder encoder = mtt::load_encoder(settings, plugins);
  if (state.range(0) > 0) add_head(encoder, plugins, "classification", "7");
  if (state.range(0) > 1) add_head(encoder, plugins, "token_classification", "39");
  if (state.range(0) > 2) add_head(encoder, plugins, "regression", "");
  const mtt::Inference inference(*encoder.model, encoder.text_encoder(), 2, 1024);
  const auto texts = sentences(256, 4, 40);
  for (auto _ : state)
    benchmark::DoNotOptimize(
        inference.run(texts, {.sentences = true, .predictions = true, .progress = {}}).tokens);
}

}  // namespace

BENCHMARK(pass)->DenseRange(0, 3)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_MAIN();

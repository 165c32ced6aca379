#include <benchmark/benchmark.h>

#include "model/encoder.h"
#include "model/session.h"
#include "sentences.h"

namespace {

mtt::Encoder load_model() {
  mtt::PluginCatalog plugins(mtt::PluginCatalog::search_folders({}));
  mtt::EncoderSettings settings;
  settings.model = "all-MiniLM-L6-v2";
  return mtt::load_encoder(settings, plugins);
}

void load(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(load_model().max_tokens);
}

// 256 sentences of 4 to 40 words; arguments: threads, tokens a forward.
void encode(benchmark::State& state) {
  const mtt::Encoder encoder = load_model();
  mtt::Session session(*encoder.model, encoder.text_encoder(), state.range(0), state.range(1));
  const auto texts = sentences(256, 4, 40);
  for (auto _ : state) benchmark::DoNotOptimize(session.run({.texts = texts}).tokens);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(texts.size()));
}

// One sentence of 10 words: what a caller waits for.
void one_sentence(benchmark::State& state) {
  const mtt::Encoder encoder = load_model();
  mtt::Session session(*encoder.model, encoder.text_encoder(), state.range(0), 1024);
  const auto texts = sentences(1, 10, 10);
  for (auto _ : state) benchmark::DoNotOptimize(session.run({.texts = texts}).tokens);
}

}  // namespace

BENCHMARK(load)->Unit(benchmark::kMillisecond);
BENCHMARK(encode)
    ->Args({1, 1024})
    ->Args({2, 256})
    ->Args({2, 512})
    ->Args({2, 1024})
    ->Args({2, 2048})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK(one_sentence)->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_MAIN();

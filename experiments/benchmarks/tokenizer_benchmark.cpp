#include <benchmark/benchmark.h>

#include "io/model_cache.h"
#include "model/model_directory.h"
#include "sentences.h"

namespace {

constexpr const char* kModel = "all-MiniLM-L6-v2";

void load(benchmark::State& state) {
  const auto path = mtt::find_model(kModel);
  for (auto _ : state) benchmark::DoNotOptimize(mtt::ModelDirectory::read(path).tokenizer->vocabulary_size());
}

void encode(benchmark::State& state) {
  const auto directory = mtt::ModelDirectory::read(mtt::find_model(kModel));
  const auto words = static_cast<std::size_t>(state.range(0));
  const auto texts = sentences(256, words, words);
  mtt::Tokens tokens;
  std::size_t i = 0;
  for (auto _ : state) {
    directory.tokenizer->encode(texts[i++ % texts.size()], 0, tokens);
    benchmark::DoNotOptimize(tokens.ids.data());
  }
  state.SetItemsProcessed(state.iterations());
}

}  // namespace

BENCHMARK(load)->Unit(benchmark::kMillisecond);
BENCHMARK(encode)->Arg(8)->Arg(18)->Arg(60)->Unit(benchmark::kMicrosecond);
BENCHMARK_MAIN();

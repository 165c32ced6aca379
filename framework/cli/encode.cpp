#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>

#include "io/peak_memory.h"
#include "model/quantized_vectors.h"
#include "model/truncated_vectors.h"
#include "mtt/error.h"
#include "text_option.h"
#include "vector_writer.h"
#include "verbs.h"

namespace mtt {
namespace {

using Clock = std::chrono::steady_clock;

struct Encode {
  ModelOption model;
  TextOption text;
  std::int64_t dimensions = 0;
  std::string quantize;
  bool token_vectors = false;
  bool timing = false;

  void run() const;
};

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

void Encode::run() const {
  const auto start = Clock::now();
  text.check();
  if (token_vectors && (text.output.ends_with(".npy") || text.output.ends_with(".safetensors")))
    throw Error("--token-vectors gives matrices of different heights; write them to .jsonl");
  Console console;
  const OpenModel open = open_model(model, Heads::unused, console);
  const double load_seconds = seconds_since(start);
  const SentenceModules& modules = open.encoder.model->modules();
  const std::int64_t width = dimensions > 0 ? dimensions : modules.width();
  if (width > modules.width())
    throw Error("--truncate-dim is " + std::to_string(width) + ", but the vectors of '" + model.model +
                "' have " + std::to_string(modules.width()) + " dimensions; give fewer");
  VectorWriter output(text.output, width, quantize);
  Request asked;
  asked.sentences = !token_vectors;
  asked.token_vectors = token_vectors;
  const StreamTotals totals = infer(
      open, text, std::string(kTextPair), with_precision("encoding", open.precision), asked, console,
      [&](const TextWindow& window, const Response& result) {
        if (token_vectors)
          output.add_tokens(window.lines.texts, result.token_vectors);
        else
          output.add(window.lines.texts, truncated_vectors(result.sentences, width, modules.normalizes()));
      });
  output.finish(console);
  if (timing) {
    const Value report(Value::Table{{"load_seconds", load_seconds},
                                    {"encode_seconds", totals.seconds},
                                    {"texts", totals.texts},
                                    {"tokens", totals.tokens},
                                    {"precision", precision_name(open.precision)},
                                    {"peak_rss_mb", peak_memory() / (1 << 20)}});
    std::fprintf(stderr, "%s\n", report.json().c_str());
  }
}

}  // namespace

void add_encode(CLI::App& app) {
  auto encode = std::make_shared<Encode>();
  CLI::App* verb = app.add_subcommand("encode", "Compute sentence vectors");
  encode->model.add_to(*verb);
  encode->text.add_to(*verb, {".npy", ".jsonl", ".safetensors"});
  verb->add_option("--truncate-dim", encode->dimensions,
                   "Only the first D dimensions, as for models of Matryoshka training; where the model's "
                   "vectors have length 1, so have these; default: all")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000}))
      ->type_name("D");
  verb->add_option(
          "--quantize", encode->quantize,
          "Vectors of integers, as sentence-transformers' quantize_embeddings: int8 or uint8 divides "
          "the range of each dimension over all texts into 255 steps, binary or ubinary keeps the "
          "signs, eight in a byte")
      ->check(CLI::IsMember(quantization_names()))
      ->type_name("KIND");
  verb->add_flag("--token-vectors", encode->token_vectors,
                 "The last layer's vectors of all tokens instead of one vector per text (JSONL, "
                 "\"token_embeddings\")")
      ->excludes("--truncate-dim")
      ->excludes("--quantize");
  verb->add_flag("--timing", encode->timing,
                 "Print times, number of tokens and peak memory as JSON on standard error");
  verb->callback([encode] { encode->run(); });
}

}  // namespace mtt

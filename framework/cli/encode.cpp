#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>

#include "io/json_row.h"
#include "io/matrix_file.h"
#include "io/peak_memory.h"
#include "model/truncated_vectors.h"
#include "mtt/error.h"
#include "output.h"
#include "text_option.h"
#include "verbs.h"

namespace mtt {
namespace {

using Clock = std::chrono::steady_clock;

struct Encode {
  ModelOption model;
  TextOption text;
  std::int64_t dimensions = 0;
  bool timing = false;

  void run() const;
};

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Vectors to a file or to standard output.
class VectorOutput {
 public:
  VectorOutput(const std::string& output, std::int64_t width) : width_(width), lines_(output) {
    if (output.ends_with(".npy") || output.ends_with(".safetensors")) matrix_.emplace(output, width);
  }

  void add(const std::vector<std::string>& texts, const at::Tensor& rows) {
    const float* data = rows.const_data_ptr<float>();
    if (matrix_) return matrix_->append(data, rows.size(0));
    for (std::int64_t i = 0; i < rows.size(0); ++i)
      lines_.add("{\"text\":" + Value(texts[i]).json() +
                 ",\"embedding\":" + json_row(data + i * width_, width_) + "}");
    lines_.flush();
  }

  void finish() { matrix_ ? matrix_->commit() : lines_.finish(); }

 private:
  std::int64_t width_;
  LineOutput lines_;
  std::optional<MatrixFile> matrix_;
};

void Encode::run() const {
  const auto start = Clock::now();
  text.check();
  Console console;
  const OpenModel open = open_model(model, Heads::unused, console);
  const double load_seconds = seconds_since(start);
  const SentenceModules& modules = open.encoder.model->modules();
  const std::int64_t width = dimensions > 0 ? dimensions : modules.width();
  if (width > modules.width())
    throw Error("--truncate-dim is " + std::to_string(width) + ", but the vectors of '" + model.model +
                "' have " + std::to_string(modules.width()) + " dimensions; give fewer");
  VectorOutput output(text.output, width);
  const StreamTotals totals = infer(
      open, text, std::string(kTextPair), "encoding", {}, console,
      [&](const TextWindow& window, const Response& result) {
        output.add(window.lines.texts, truncated_vectors(result.sentences, width, modules.normalizes()));
      });
  output.finish();
  if (timing) {
    const Value report(Value::Table{{"load_seconds", load_seconds},
                                    {"encode_seconds", totals.seconds},
                                    {"texts", totals.texts},
                                    {"tokens", totals.tokens},
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
  verb->add_flag("--timing", encode->timing,
                 "Print times, number of tokens and peak memory as JSON on standard error");
  verb->callback([encode] { encode->run(); });
}

}  // namespace mtt

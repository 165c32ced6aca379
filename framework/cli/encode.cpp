#include <chrono>
#include <cstdio>
#include <memory>

#include "io/npy.h"
#include "io/peak_memory.h"
#include "io/safetensors.h"
#include "output.h"
#include "text_option.h"
#include "verbs.h"

namespace mtt {
namespace {

using Clock = std::chrono::steady_clock;

struct Encode {
  ModelOption model;
  TextOption text;
  bool timing = false;

  void run() const;
};

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

void write(const std::string& output, const std::vector<std::string>& texts, const at::Tensor& rows) {
  const float* data = rows.const_data_ptr<float>();
  const std::int64_t width = rows.size(1);
  if (output.ends_with(".npy")) return write_npy(output, data, rows.sizes().vec());
  if (output.ends_with(".safetensors")) {
    const auto* bytes = reinterpret_cast<const std::byte*>(data);
    return write_safetensors(output, {{"embeddings", DType::F32, rows.sizes().vec(), bytes}},
                             {{"format", "pt"}});
  }
  write_lines(output, rows.size(0), [&](std::int64_t i) {
    return "{\"text\":" + Value(texts[i]).json() + ",\"embedding\":" + json_row(data + i * width, width) +
           "}";
  });
}

void Encode::run() const {
  const auto start = Clock::now();
  text.check();
  Console console;
  const OpenModel open = open_model(model, console);
  const double load_seconds = seconds_since(start);
  const std::vector<std::string> texts = text.read().texts;

  const auto encoding = Clock::now();
  const InferenceResult result = infer(open, texts, "encoding", false, console);
  const double encode_seconds = seconds_since(encoding);
  write(text.output, texts, result.sentences);
  if (timing) {
    const Value report(Value::Table{{"load_seconds", load_seconds},
                                    {"encode_seconds", encode_seconds},
                                    {"texts", static_cast<std::int64_t>(texts.size())},
                                    {"tokens", result.tokens},
                                    {"peak_rss_mb", peak_memory() / (1 << 20)}});
    std::fprintf(stderr, "%s\n", report.json().c_str());
  }
}

}  // namespace

void add_encode(CLI::App& app) {
  auto encode = std::make_shared<Encode>();
  CLI::App* verb = app.add_subcommand("encode", "Texts to vectors");
  encode->model.add_to(*verb);
  encode->text.add_to(*verb, {".npy", ".jsonl", ".safetensors"});
  verb->add_flag("--timing", encode->timing, "Print times, tokens and peak memory as JSON to standard error");
  verb->callback([encode] { encode->run(); });
}

}  // namespace mtt

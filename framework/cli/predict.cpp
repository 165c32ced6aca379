#include <memory>

#include "model/pair_inference.h"
#include "mtt/error.h"
#include "output.h"
#include "text_option.h"
#include "verbs.h"

namespace mtt {
namespace {

struct Predict {
  ModelOption model;
  TextOption text;

  void run() const;
};

void Predict::run() const {
  text.check();
  Console console;
  const OpenModel open = open_model(model, console);
  const auto& tasks = open.encoder.model->tasks();
  if (tasks.empty())
    throw Error(
        "'" + model.model +
        "' is a model without heads; give the directory of a run, or use 'mtt encode' for its vectors");
  const auto [texts, partners] = text.read();
  if (!predicts(*open.encoder.model) && partners.empty())
    throw Error(
        "the heads of '" + model.model +
        "' read pairs of sentences; give JSONL with --field text, whose lines have the key 'text_pair'");
  InferenceResult result = infer(open, texts, "predicting", true, console);
  if (!partners.empty())
    for (std::size_t t = 0; t < tasks.size(); ++t)
      if (tasks[t].head->level() == Level::pair)
        result.predictions[t] = predict_pairs(tasks[t], texts, partners, open.inference());
  write_lines(text.output, static_cast<std::int64_t>(texts.size()), [&](std::int64_t i) {
    return prediction_row(texts[i], partners.empty() ? nullptr : &partners[i], tasks, result.predictions, i)
        .json();
  });
}

}  // namespace

void add_predict(CLI::App& app) {
  auto predict = std::make_shared<Predict>();
  CLI::App* verb = app.add_subcommand("predict", "Texts to the predictions of all heads, in one pass");
  predict->model.add_to(*verb);
  predict->text.add_to(*verb, {".jsonl"});
  verb->callback([predict] { predict->run(); });
}

}  // namespace mtt

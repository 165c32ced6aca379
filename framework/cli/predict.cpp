#include <memory>

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
  if (!predicts(*open.encoder.model)) {
    throw Error("'" + model.model + "' " +
                (tasks.empty() ? "is a model without heads" : "has no head that reads single texts") +
                "; give the directory of a run that has such tasks, or use 'mtt encode' for its vectors");
  }
  const std::vector<std::string> texts = text.read();
  const InferenceResult result = infer(open, texts, "predicting", true, console);
  write_lines(text.output, static_cast<std::int64_t>(texts.size()),
              [&](std::int64_t i) { return prediction_row(texts[i], tasks, result.predictions, i).json(); });
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

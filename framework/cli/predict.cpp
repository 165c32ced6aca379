#include <memory>

#include "data/text_lines.h"
#include "model/inference.h"
#include "model_option.h"
#include "mtt/error.h"
#include "output.h"
#include "report/progress.h"
#include "verbs.h"

namespace mtt {
namespace {

struct Predict {
  ModelOption model;
  std::string input = "-";
  std::string output = "-";
  std::string field;

  void run() const;
};

void Predict::run() const {
  check_output(output, {".jsonl"});
  Console console;
  const OpenModel open = open_model(model, console);
  const auto& tasks = open.encoder.model->tasks();
  if (tasks.empty()) {
    throw Error("'" + model.model +
                "' is a model without heads; give the directory of a run that has tasks, "
                "or use 'mtt encode' for its vectors");
  }
  const std::vector<std::string> texts = read_texts(input, field);
  InferenceResult result;
  {
    Progress progress("predicting", static_cast<std::int64_t>(texts.size()));
    result = open.inference().run(texts, {.sentences = false,
                                          .predictions = true,
                                          .progress = [&](std::int64_t done) { progress.update(done); }});
  }
  write_lines(output, static_cast<std::int64_t>(texts.size()),
              [&](std::int64_t i) { return prediction_row(texts[i], tasks, result.predictions, i).json(); });
  if (result.truncated > 0)
    console.warn(std::to_string(result.truncated) + " of " + std::to_string(texts.size()) +
                 " texts were cut to " + std::to_string(open.encoder.max_tokens) + " tokens");
}

}  // namespace

void add_predict(CLI::App& app) {
  auto predict = std::make_shared<Predict>();
  CLI::App* verb = app.add_subcommand("predict", "Texts to the predictions of all heads, in one pass");
  predict->model.add_to(*verb);
  verb->add_option("--input", predict->input, "A file with one text a line; - is standard input")
      ->type_name("FILE|-");
  verb->add_option("--output", predict->output, "A file that ends in .jsonl; - is standard output")
      ->type_name("FILE|-");
  verb->add_option("--field", predict->field, "The input is JSONL, and this key of a line holds the text")
      ->type_name("KEY");
  verb->callback([predict] { predict->run(); });
}

}  // namespace mtt

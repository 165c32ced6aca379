#include <memory>
#include <optional>

#include "export/precision_record.h"
#include "io/new_directory.h"
#include "model_scores.h"
#include "mtt/error.h"
#include "report/class_table.h"
#include "run/saved_evaluation.h"
#include "verbs.h"

namespace mtt {
namespace {

struct Evaluate {
  ModelOption model;
  std::string data, save, texts_file;
  bool json = false;

  void run() const;
};

std::string full_table(const std::string& save) {
  return save.empty() ? "--json prints all, --save DIR writes them to DIR/scores.jsonl"
                      : "all are in " + save + "/scores.jsonl";
}

void Evaluate::run() const {
  Console console;
  std::optional<NewDirectory> directory;
  if (!save.empty()) directory.emplace(save);
  if (!texts_file.empty() && (model.precision.empty() || model.precision == precision_name(Precision::fp32)))
    throw Error("--gate compares a lower precision with fp32; give --precision int8 or bf16");
  std::vector<std::string> texts;
  if (!texts_file.empty()) texts = gate_texts(texts_file, model.precision);
  const OpenModel open = open_model(model, Heads::used, console);
  if (!texts_file.empty() && open.encoder.is_int8)
    throw Error(
        "'" + model.model +
        "' is an int8 export without fp32 weights; use --gate with the run that it was exported from");
  if (!texts_file.empty() && open.precision == Precision::fp32)
    throw Error(
        "this processor has no bf16 instructions (AVX512-BF16 or AMX), so bf16 cannot be compared with fp32");
  ScoredFiles scored = texts_file.empty() ? score_model(open, data, model.model, console)
                                          : score_for_gate(open, data, model.model, console);
  const std::vector<TaskScore>& scores = scored.scores;
  if (directory) save_evaluation(directory->folder(), scores, scored.files, /*predictions=*/true);
  for (const TaskScore& score : scores)
    console.answer(json ? score_json(score).json() + "\n"
                        : score_text(score) + class_report_text(score.classes, full_table(save)));
  if (directory) directory->commit();
  if (texts_file.empty()) return;
  const PrecisionGate gate = precision_gate(model, *open.session, scores, data, texts, console);
  const std::string precision = precision_name(open.precision);
  if (!save.empty())
    write_precision_record(save, {.precision = precision,
                                  .model = model.model,
                                  .texts_file = texts_file,
                                  .texts = texts,
                                  .gate = gate});
  console.answer(json ? gate_json(gate).json() + "\n" : gate_text(gate));
  require_gate(gate, precision);
}

}  // namespace

void add_evaluate(CLI::App& app) {
  auto evaluate = std::make_shared<Evaluate>();
  CLI::App* verb =
      app.add_subcommand("evaluate", "Score heads on labelled examples, or sentence vectors on pairs");
  evaluate->model.add_to(*verb);
  verb->add_option("--data", evaluate->data,
                   "File with labelled examples, or with text, text_pair and similarity; default: the run's "
                   "own test sets")
      ->type_name("FILE");
  verb->add_option(
          "--save", evaluate->save,
          "A new directory for scores.jsonl, confusion matrices (confusion/TASK-FILE.csv) and predictions "
          "with texts and labels (test_predictions/FILE.jsonl); with --gate also the figures, for mtt report")
      ->type_name("DIR");
  verb->add_option(
          "--gate", evaluate->texts_file,
          "File with at least 1000 different texts (lines, or \"text\" of JSONL, CSV or TSV) on which "
          "vectors "
          "in --precision are compared with those in fp32. Scores are compared, too. Exit status 1 if the "
          "difference is too large")
      ->type_name("TEXTS");
  verb->add_flag("--json", evaluate->json, "Print one JSON object per task, and one for --gate");
  verb->callback([evaluate] { evaluate->run(); });
}

}  // namespace mtt

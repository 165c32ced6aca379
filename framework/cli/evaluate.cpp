#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include "data/examples.h"
#include "data/text_keys.h"
#include "data/text_source.h"
#include "io/new_directory.h"
#include "model_option.h"
#include "mtt/error.h"
#include "report/class_table.h"
#include "run/example_fitting.h"
#include "run/precision_comparison.h"
#include "run/saved_evaluation.h"
#include "run/scores.h"
#include "run/unseen_label_warnings.h"
#include "verbs.h"

namespace mtt {
namespace {

struct Evaluate {
  ModelOption model;
  std::string data, save, gate_texts;
  bool json = false;

  void run() const;
  void pass_gate(const OpenModel& open, const std::vector<TaskScore>& scores, Console& console) const;
};

std::string full_table(const std::string& save) {
  return save.empty() ? "--json prints all, --save DIR writes them to DIR/scores.jsonl"
                      : "all are in " + save + "/scores.jsonl";
}

/// The lines of a text file, or the field "text" of JSONL and tables.
std::vector<std::string> texts_of(const std::string& path) {
  const std::string ending = std::filesystem::path(path).extension().string();
  return read_texts(path, ending == ".jsonl" || ending == ".csv" || ending == ".tsv" ? "text" : "");
}

/// What is scored, and what it is scored with.
struct ScoredFiles {
  ExampleFiles files;
  std::vector<TaskScore> scores;
};

ScoredFiles evaluated(const OpenModel& open, const std::string& data, const std::string& model,
                     Console& console) {
  Session& session = *open.session;
  const auto& tasks = open.encoder.model->tasks();
  TextKeys keys = open.keys;
  keys.fixed = true;
  ScoredFiles result{ExampleFiles(keys), {}};
  ExampleFiles& files = result.files;
  std::vector<TaskScore>& scores = result.scores;
  std::vector<HeldOut> held_out;
  std::vector<ExampleUse> uses;
  bool has_head = false;
  for (std::size_t t = 0; t < tasks.size(); ++t)
    has_head = has_head || (tasks[t].grouped() && open.task_data[t].field == kSimilarity);
  if (!data.empty() && !has_head) {
    if (const Examples& examples = files.get(data); has_pairs(examples)) {
      uses.push_back({data, "", {.grouped = true}, false, false});
      scores.push_back(score_pairs(examples, data, session));
    }
  }
  for (std::size_t t = 0; t < tasks.size(); ++t) {
    for (const std::string& name : data.empty() ? open.task_data[t].test : std::vector{data}) {
      const std::string file = files.with_keys(name, open.task_data[t].keys);
      const bool only_spans = !data.empty() && !files.get(file).spans.empty();
      if (only_spans && !tasks[t].reads_tokens()) continue;
      held_out.push_back({t, open.task_data[t].field, file});
    }
  }
  for (ExampleUse& use : example_uses(held_out, files, *open.encoder.model, open.task_data))
    uses.push_back(std::move(use));
  for (const std::string& warning : fit_examples(uses, files, open.encoder, "--max-tokens"))
    console.warn(warning);
  warn_of_unseen_labels(held_out, files, *open.encoder.model, console);
  for (TaskScore& score : score_tasks(held_out, files, session))
    if (data.empty() || score.examples > 0) scores.push_back(std::move(score));
  for (TaskScore& score : scores) score.precision = open.precision;
  if (scores.empty() && data.empty())
    throw Error("'" + model + "' has no test set; give one with --data FILE");
  if (scores.empty())
    throw Error("file '" + data + "' has nothing to score: neither labels for a task of '" + model +
                "' nor the keys '" + std::string(kTextPair) + "' and '" + kSimilarity + "'");
  return result;
}

void Evaluate::run() const {
  Console console;
  std::optional<NewDirectory> directory;
  if (!save.empty()) directory.emplace(save);
  const OpenModel open = open_model(model, Heads::used, console);
  ScoredFiles scored = evaluated(open, data, model.model, console);
  const std::vector<TaskScore>& scores = scored.scores;
  if (directory) {
    save_evaluation(directory->folder(), scores, scored.files, /*predictions=*/true);
    directory->commit();
  }
  for (const TaskScore& score : scores)
    console.answer(json ? score_json(score).json() + "\n"
                        : score_text(score) + class_report_text(score.classes, full_table(save)));
  if (!gate_texts.empty()) pass_gate(open, scores, console);
}

/// Opens the model in fp32 as well.
void Evaluate::pass_gate(const OpenModel& open, const std::vector<TaskScore>& scores,
                         Console& console) const {
  if (open.precision == Precision::fp32)
    throw Error("--gate compares a reduced precision with fp32; give --precision int8 or bf16");
  ModelOption exact = model;
  exact.precision = precision_name(Precision::fp32);
  const OpenModel fp32 = open_model(exact, Heads::used, console);
  const ScoredFiles expected = evaluated(fp32, data, model.model, console);
  const PrecisionGate gate =
      compare_precisions(*fp32.session, *open.session, texts_of(gate_texts), expected.scores, scores);
  console.answer(json ? gate_json(gate).json() + "\n" : gate_text(gate));
  require_gate(gate, precision_name(open.precision));
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
          "with texts and labels (test_predictions/FILE.jsonl)")
      ->type_name("DIR");
  verb->add_option(
          "--gate", evaluate->gate_texts,
          "Compare --precision with fp32, on this file of at least 1000 texts (one per line, or JSONL with "
          "\"text\") and on the scores, and fail if the difference is too large")
      ->type_name("TEXTS");
  verb->add_flag("--json", evaluate->json, "Print one JSON object per task");
  verb->callback([evaluate] { evaluate->run(); });
}

}  // namespace mtt

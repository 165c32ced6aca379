#include "model_scores.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "data/text_keys.h"
#include "data/text_source.h"
#include "mtt/error.h"
#include "run/example_fitting.h"
#include "run/unseen_label_warnings.h"

namespace mtt {

ScoredFiles score_model(const OpenModel& open, const std::string& data, const std::string& model,
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

ScoredFiles score_for_gate(const OpenModel& open, const std::string& data, const std::string& model,
                           Console& console) {
  const bool has_test_sets = std::any_of(open.task_data.begin(), open.task_data.end(),
                                         [](const TaskData& task) { return !task.test.empty(); });
  if (!data.empty() || has_test_sets) return score_model(open, data, model, console);
  if (!open.task_data.empty())
    console.warn("'" + model +
                 "' has no test set, so its heads are not compared; give labelled examples with --data");
  return {ExampleFiles(open.keys), {}};
}

PrecisionGate precision_gate(const ModelOption& model, Session& reduced, const std::vector<TaskScore>& scores,
                             const std::string& data, const std::vector<std::string>& texts,
                             Console& console) {
  ModelOption exact = model;
  exact.precision = precision_name(Precision::fp32);
  const OpenModel fp32 = open_model(exact, Heads::used, console);
  std::vector<TaskScore> expected;
  if (!scores.empty()) expected = score_model(fp32, data, model.model, console).scores;
  return compare_precisions(*fp32.session, reduced, texts, expected, scores);
}

std::vector<std::string> gate_texts(const std::string& path, const std::string& precision) {
  const std::string ending = std::filesystem::path(path).extension().string();
  std::vector<std::string> texts =
      read_texts(path, ending == ".jsonl" || ending == ".csv" || ending == ".tsv" ? "text" : "");
  for (std::string& text : texts) {
    text.erase(0, text.find_first_not_of(" \t"));
    text.erase(text.find_last_not_of(" \t") + 1);
  }
  std::erase(texts, "");
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  if (static_cast<std::int64_t>(texts.size()) < kMinGateTexts)
    throw Error("'" + path + "' has " + std::to_string(texts.size()) + " different texts; at least " +
                std::to_string(kMinGateTexts) + " are needed to compare " + precision + " with fp32");
  return texts;
}

}  // namespace mtt

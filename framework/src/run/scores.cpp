#include "run/scores.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <set>

#include "data/label_names.h"
#include "eval/cosine.h"
#include "eval/named_scores.h"
#include "io/terminal_text.h"
#include "mtt/error.h"
#include "mtt/label_set.h"
#include "mtt/metrics.h"

namespace mtt {
namespace {

bool has_label(const Examples& examples, const std::string& field) {
  const auto labels = examples.labels(field);
  return std::any_of(labels.begin(), labels.end(), [](const Value& l) { return !l.is(Value::Kind::null); });
}

void check_partners(const Task& task, const Examples& examples, const std::string& path) {
  if (examples.partners.empty())
    throw Error("task '" + task.name + "': the task reads pairs of sentences, and its dev or test file '" +
                path + "' " + examples.why_no_partners);
}

/// The predictions of all tasks for a file, those of tasks on pairs included where one of them is scored on
/// it.
Response predictions_of(const std::string& file, const std::vector<HeldOut>& held_out, ExampleFiles& files,
                        Session& session) {
  const Examples& examples = files.get(file);
  bool pairs = false;
  for (const HeldOut& item : held_out) {
    const Task& task = session.model().tasks()[item.task];
    if (item.file != file || task.transforms() || !has_label(examples, item.field)) continue;
    const bool needs = !task.reads_single_texts();
    if (!needs && !task.joint(true)) continue;
    if (needs) check_partners(task, examples, files.path(file));
    pairs = true;
  }
  Request request{.texts = examples.texts, .sentences = false, .predictions = true};
  if (pairs) request.second_texts.assign(examples.partners.begin(), examples.partners.end());
  return session.run(std::move(request));
}

/// The predictions of a task whose head changes its inputs, and its targets.
Response transformed_predictions(const HeldOut& item, ExampleFiles& files, Session& session) {
  const Examples& examples = files.get(item.file);
  const Task& task = session.model().tasks()[item.task];
  Request request{
      .texts = examples.texts, .sentences = false, .predictions = true, .transformed_by = item.task};
  if (task.joint(true)) {
    check_partners(task, examples, files.path(item.file));
    request.second_texts.assign(examples.partners.begin(), examples.partners.end());
  }
  return session.run(std::move(request));
}

/// The classes of a head that declares what its labels are.
ClassReport classes_of(const Task& task, const TaskScore& score) {
  const LabelKind kind = task.label_kind();
  const auto names = task.label_names();
  try {
    return class_report(kind, names, score.predictions, score.labels);
  } catch (const Error& error) {
    throw Error("task '" + task.name + "': a label, or a prediction of the head '" + task.plugin +
                "', is not of the kind that the head declares (" + label_kind_name(kind) +
                "): " + error.what());
  }
}

/// The counts from which the task's first metric follows: hits, or counts of items.
ExampleCounts counts_of(const Task& task, const TaskScore& score) {
  ExampleCounts counts = example_counts(task.label_kind(), score.predictions, score.labels);
  const bool explain =
      !score.metrics.empty() && std::abs(micro_f1(counts) - score.metrics.front().value) < 1e-12;
  return explain ? counts : ExampleCounts{};
}

/// The scores of a constant prediction: the class of the head that most examples of the test set have.
std::vector<Metric> majority_of(const Task& task, const TaskScore& score) {
  if (task.label_kind() != LabelKind::classes) return {};
  const auto known = task.label_names();
  const ClassScore* most = nullptr;
  for (const ClassScore& one : score.classes.classes)
    if ((!most || one.support > most->support) &&
        std::find(known.begin(), known.end(), one.label) != known.end())
      most = &one;
  if (!most) return {};
  return task.score(std::vector<Value>(score.labels.size(), Value::Table{{"label", most->label}}),
                    score.labels);
}

/// How often all tasks of a file that can be right are right, over the examples that have all their labels.
TaskScore score_together(const std::vector<const TaskScore*>& scores, const MultiTaskModel& model) {
  TaskScore together{std::string(kAllTasks), scores.front()->file};
  together.set = scores.front()->set;
  for (std::size_t i = 0; i < scores.front()->labels.size(); ++i) {
    std::int64_t judged = 0, wrong = 0;
    bool complete = true;
    for (const TaskScore* score : scores) {
      complete = complete && !score->labels[i].is(Value::Kind::null);
      if (!complete) break;
      const Task& judge = *std::find_if(model.tasks().begin(), model.tasks().end(),
                                        [&](const Task& task) { return task.name == score->task; });
      const auto verdict = judge.right(score->predictions[i], score->labels[i]);
      judged += verdict.has_value();
      wrong += verdict.has_value() && !*verdict;
    }
    if (!complete || judged < 2) continue;
    ++together.examples;
    together.counts.push_back({wrong == 0, 1, 1});
  }
  if (together.examples > 0) together.metrics = {{"exact_match", micro_f1(together.counts)}};
  return together;
}

}  // namespace

Value metrics_json(const std::vector<Metric>& metrics) {
  Value table{Value::Table{}};
  for (const Metric& metric : metrics)
    table.set(metric.name, std::isfinite(metric.value) ? Value(metric.value) : Value());
  return table;
}

std::string score_text(const TaskScore& score) {
  std::string text = padded(score.task, 12) + "  ";
  if (score.examples == 0) text += "no score  ";
  for (const Metric& metric : score.metrics) {
    text += metric.name + " " +
            (std::isfinite(metric.value) ? formatted("%.4f", metric.value) : "undefined") + "  ";
  }
  if (score.probe)
    text += "probe " +
            (score.probe->empty() || !std::isfinite(score.probe->front().value)
                 ? std::string("-")
                 : formatted("%.4f", score.probe->front().value)) +
            "  ";
  return text + "(" + std::to_string(score.examples) + " examples of " +
         printable(std::filesystem::path(score.file).filename().string()) +
         (score.precision == Precision::fp32 ? "" : ", " + precision_name(score.precision)) + ")\n";
}

Value score_json(const TaskScore& score) {
  Value row(Value::Table{{"task", score.task},
                         {"file", score.file},
                         {"examples", score.examples},
                         {"metrics", metrics_json(score.metrics)}});
  Value::Array lower;
  for (const Metric& metric : score.metrics)
    if (!metric.higher_is_better) lower.emplace_back(metric.name);
  if (!lower.empty()) row.set("lower_is_better", std::move(lower));
  if (score.probe) row.set("probe", score.probe->empty() ? Value() : metrics_json(*score.probe));
  if (!score.majority.empty()) row.set("majority", metrics_json(score.majority));
  if (!score.classes.classes.empty()) row.set("classes", class_scores_json(score.classes.classes));
  if (!score.counts.empty())
    if (std::optional<Value> counts = example_counts_json(score.counts))
      row.set("counts", std::move(*counts));
  if (score.precision != Precision::fp32) row.set("precision", precision_name(score.precision));
  return row;
}

std::vector<TaskScore> score_tasks(const std::vector<HeldOut>& held_out, ExampleFiles& files,
                                   Session& session) {
  const MultiTaskModel& model = session.model();
  std::map<std::string, Response> results;
  std::vector<TaskScore> scores;
  for (const HeldOut& item : held_out) {
    const Examples& examples = files.get(item.file);
    const Task& task = model.tasks()[item.task];
    const bool transforms = task.transforms();
    std::vector<Value> labels = transforms ? std::vector<Value>() : examples.labels(item.field);
    TaskScore& score = scores.emplace_back(TaskScore{task.name, files.path(item.file)});
    score.set = item.file;
    if (transforms) {
      Response made = transformed_predictions(item, files, session);
      score.examples = examples.count();
      score.predictions = std::move(made.predictions[item.task]);
      score.labels = std::move(made.labels);
    } else {
      for (const Value& label : labels) score.examples += !label.is(Value::Kind::null);
      if (score.examples == 0) continue;
      if (!results.contains(item.file))
        results[item.file] = predictions_of(item.file, held_out, files, session);
      score.predictions = results[item.file].predictions[item.task];
      score.labels = std::move(labels);
    }
    score.metrics = task.score(score.predictions, score.labels);
    score.classes = classes_of(task, score);
    score.counts = counts_of(task, score);
    score.majority = majority_of(task, score);
  }
  std::map<std::string, std::vector<std::size_t>> judged;  // rows of `scores` by the path of their file
  const auto is_judged = [&](const Task& task) { return !task.grouped() && !task.transforms(); };
  for (std::size_t i = 0; i < held_out.size(); ++i)
    if (is_judged(model.tasks()[held_out[i].task])) judged[scores[i].file].push_back(i);
  for (const auto& [file, rows] : judged) {
    const bool unlabelled =
        std::any_of(rows.begin(), rows.end(), [&](std::size_t i) { return scores[i].examples == 0; });
    if (unlabelled) continue;
    std::vector<const TaskScore*> of_file;
    for (const std::size_t i : rows) of_file.push_back(&scores[i]);
    TaskScore all = score_together(of_file, model);
    if (all.examples > 0) scores.push_back(std::move(all));
  }
  return scores;
}

bool has_pairs(const Examples& examples) {
  return !examples.partners.empty() && examples.rows.front().find(kSimilarity);
}

TaskScore score_pairs(const Examples& examples, const std::string& file, Session& session) {
  std::vector<std::string> texts = examples.texts;
  texts.insert(texts.end(), examples.partners.begin(), examples.partners.end());
  std::vector<double> gold, cosines;
  for (const Value& row : examples.rows) gold.push_back(label_number(row.at(kSimilarity)));
  const auto result = session.run({.texts = std::move(texts)});
  const auto width = static_cast<std::size_t>(result.sentences.size(1));
  const float* vectors = result.sentences.const_data_ptr<float>();
  TaskScore score{kSimilarity, file, static_cast<std::int64_t>(gold.size())};
  for (std::size_t i = 0; i < gold.size(); ++i) {
    cosines.push_back(cosine(vectors + i * width, vectors + (gold.size() + i) * width, width));
    score.labels.emplace_back(gold[i]);
    score.predictions.emplace_back(Value::Table{{kSimilarity, cosines[i]}});
  }
  score.metrics = {{kPairMetric, spearman(cosines, gold)}, {"cosine_pearson", pearson(cosines, gold)}};
  return score;
}

}  // namespace mtt

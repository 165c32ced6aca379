#include "export/held_out_pictures.h"

#include <algorithm>
#include <map>
#include <set>

#include "data/examples.h"
#include "data/label_names.h"
#include "experiment/task_examples.h"
#include "io/terminal_text.h"
#include "model/session.h"
#include "report/confusion_table.h"
#include "report/entity_markup.h"
#include "report/html_text.h"
#include "report/progress_bar.h"
#include "report/scatter_plot.h"
#include "run/comparison.h"
#include "run/example_fitting.h"
#include "run/principal_components.h"
#include "run/run_directory.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

constexpr std::size_t kMostMapped = 2000;
constexpr std::size_t kMostExamples = 12;

std::string entity_examples(const Task& task, const std::string& title, const std::vector<std::string>& texts,
                            const std::vector<Value>& labels, const std::vector<Value>& predictions) {
  if (task.label_kind() != LabelKind::spans) return "";
  std::string wrong, right;
  std::size_t wrong_count = 0, right_count = 0;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (labels[i].is(Value::Kind::null)) continue;
    const std::string found = entity_markup(predictions[i].at("entities").array(), texts[i]);
    if (task.right(predictions[i], labels[i]).value_or(true)) {
      if (right_count++ < kMostExamples) right += "<div class=\"example\">" + found + "</div>\n";
    } else if (wrong_count++ < kMostExamples) {
      wrong += "<div class=\"example wrong\">" + found + "<br><span class=\"gold\">" +
               entity_markup(labels[i].array(), texts[i]) + "</span></div>\n";
    }
  }
  if (wrong_count + right_count == 0) return "";
  return "<h3>" + html_text(title) + ": " + std::to_string(right_count) + " sentences correct, " +
         std::to_string(wrong_count) + " wrong</h3>\n" +
         (wrong.empty() ? "" : "<p>Wrong (blue: prediction, yellow: label):</p>\n" + wrong) +
         (right.empty() ? "" : "<p>Correct:</p>\n" + right);
}

/// The largest confusions and the confusion matrix of a head whose labels are classes.
ReportPart confusions(const Task& task, const std::string& title, const std::string& table_prefix,
                      const std::vector<Value>& labels, const std::vector<Value>& predictions) {
  ReportPart part;
  if (task.label_kind() != LabelKind::classes) return part;
  std::vector<std::string> gold, predicted;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i].is(Value::Kind::null)) continue;
    gold.push_back(label_names(LabelKind::classes, labels[i]).front());
    predicted.push_back(predictions[i].at("label").string());
  }
  if (gold.empty()) return part;
  if (const TableRows largest = largest_confusions(gold, predicted); largest.size() > 1) {
    part.markup = "<h3>" + html_text(title) + ": largest confusions</h3>\n";
    part.add_table(table_prefix + "confusions-" + title, largest);
  }
  const TableRows matrix = confusion_rows(gold, predicted);
  part.markup += "<h3>" + html_text(title) + ": confusion matrix</h3>\n" + confusion_table(matrix);
  part.tables.push_back({table_prefix + "confusion_matrix-" + title, matrix});
  return part;
}

std::string map_of(const std::vector<std::string>& texts, const std::vector<Value>& labels,
                   const at::Tensor& vectors, const std::string& by) {
  const std::size_t count = std::min(texts.size(), kMostMapped);
  const PrincipalComponents map =
      principal_components(vectors.narrow(0, 0, static_cast<std::int64_t>(count)));
  const auto places = map.coordinates.accessor<double, 2>();
  std::vector<MapPoint> points;
  for (std::size_t i = 0; i < count; ++i) {
    const bool named = i < labels.size() && labels[i].is(Value::Kind::string);
    const auto row = static_cast<std::int64_t>(i);
    points.push_back({places[row][0], places[row][1], named ? labels[i].string() : "", texts[i]});
  }
  return "<h3>Map of the sentence vectors</h3>\n<p>The first two principal components explain " +
         formatted("%.0f", 100 * map.shares[0]) + " and " + formatted("%.0f", 100 * map.shares[1]) +
         " % of the variance.</p>\n" +
         scatter_plot("Sentences of the test set" + (by.empty() ? "" : " by " + by), points);
}

/// The predictions for one test file, those of tasks on pairs included where it has second texts.
Response predictions_of(const Examples& examples, Session& session) {
  ProgressBar progress("predicting", static_cast<std::int64_t>(examples.texts.size()));
  Request request{.texts = examples.texts,
                  .predictions = true,
                  .progress = [&](std::int64_t done, double share) { progress.update(done, share); }};
  request.second_texts.assign(examples.partners.begin(), examples.partners.end());
  return session.run(std::move(request));
}

}  // namespace

ReportPart held_out_pictures(const fs::path& directory, const std::string& table_prefix, std::int64_t threads,
                             PluginCatalog& plugins) {
  const LoadedRun run = load_run(directory, {}, plugins);
  const auto& tasks = run.encoder.model->tasks();
  Session session(*run.encoder.model, run.encoder.text_encoder(), threads,
                  run.experiment.run.integer("tokens_per_forward"));
  ExampleFiles files(text_keys(run.experiment));
  std::map<std::string, Response> results;
  ReportPart pictures;
  std::string map;
  bool map_has_labels = false;
  for (std::size_t t = 0; t < tasks.size(); ++t) {
    const TaskData& data = run.task_data[t];
    const std::set<std::string> names(data.test.begin(), data.test.end());
    for (const std::string& name : data.test) {
      if (tasks[t].transforms()) continue;
      const std::string file = files.with_keys(name, data.keys);
      fit_examples(example_uses({{t, data.field, file}}, files, *run.encoder.model, run.task_data), files,
                   run.encoder);
      const Examples& examples = files.get(file);
      if (examples.partners.empty() && !tasks[t].reads_single_texts()) continue;
      if (!results.contains(file)) results[file] = predictions_of(examples, session);
      const std::vector<Value> labels = examples.labels(data.field);
      const Response& result = results[file];
      const std::string title =
          tasks[t].name + (names.size() > 1 ? " (" + told_apart(name, names) + ")" : "");
      ReportPart confused = confusions(tasks[t], title, table_prefix, labels, result.predictions[t]);
      const bool has_classes = !confused.markup.empty();
      pictures.add(std::move(confused));
      pictures.markup += entity_examples(tasks[t], title, examples.texts, labels, result.predictions[t]);
      const bool by_label = has_classes && tasks[t].reads_single_texts();
      if (!map.empty() && (map_has_labels || !by_label)) continue;
      map = map_of(examples.texts, labels, result.sentences, by_label ? title : "");
      map_has_labels = by_label;
    }
  }
  pictures.markup += map;
  return pictures;
}

}  // namespace mtt

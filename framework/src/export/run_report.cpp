#include "export/run_report.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "data/examples.h"
#include "data/label_names.h"
#include "experiment/task_examples.h"
#include "io/file.h"
#include "io/terminal_text.h"
#include "model/session.h"
#include "mtt/error.h"
#include "report/class_table.h"
#include "report/confusion_table.h"
#include "report/entity_markup.h"
#include "report/html_text.h"
#include "report/line_chart.h"
#include "report/progress_bar.h"
#include "report/scatter_plot.h"
#include "run/comparison.h"
#include "run/example_fitting.h"
#include "run/principal_components.h"
#include "run/run_directory.h"
#include "sweep/sweep_chart.h"
#include "sweep/sweep_run.h"
#include "sweep/sweep_table.h"
#include "train/metric_log.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

constexpr std::size_t kMostBytes = 64u << 20;
constexpr std::size_t kMostMapped = 2000;
constexpr std::size_t kMostExamples = 12;
constexpr std::size_t kMostClasses = 40;

/// The curves of one kind of rows, by name.
class Curves {
 public:
  void add(const std::string& name, double step, const Value& value) {
    if (value.is(Value::Kind::null)) return;
    auto found =
        std::find_if(series_.begin(), series_.end(), [&](const Series& s) { return s.name == name; });
    if (found == series_.end()) found = series_.insert(series_.end(), {name, {}});
    found->points.emplace_back(step, value.number());
  }
  void add_all(const Value* table, double step) {
    if (!table) return;
    for (const auto& [name, value] : table->table()) add(name, step, value);
  }
  std::string chart(const std::string& title) const { return line_chart(title, series_); }

 private:
  std::vector<Series> series_;
};

std::string training_curves(const fs::path& directory) {
  const fs::path file = directory / "metrics.jsonl";
  std::error_code error;
  if (!fs::exists(file, error)) return "";
  Curves loss, dev, weight, cosine, norm, rate;
  for (const Value& row : read_metric_log(file)) {
    const auto step = static_cast<double>(row.at("step").integer());
    loss.add_all(row.find("loss"), step);
    dev.add_all(row.find("dev"), step);
    weight.add_all(row.find("weight"), step);
    cosine.add_all(row.find("task_gradient_cosine"), step);
    norm.add_all(row.find("task_gradient_norm"), step);
    if (const Value* factor = row.find("learning_rate_factor")) rate.add("learning rate", step, *factor);
  }
  return "<h3>Training</h3>\n<div class=\"charts\">\n" + loss.chart("Loss of each task, by step") +
         dev.chart("Scores on held-out examples, by step") + weight.chart("Weight of each task, by step") +
         cosine.chart("Cosines between the tasks' gradients, by step") +
         norm.chart("Norms of the tasks' gradients, by step") +
         rate.chart("Learning rate, as a share of the highest, by step") + "</div>\n";
}

std::string scores_table(const RunSummary& run) {
  std::vector<std::vector<std::string>> rows = {{"score", "value"}};
  for (const auto& [name, value] : run.scores) rows.push_back({name, formatted("%.4f", value)});
  if (run.probes.size() == run.scores.size() && !run.probes.empty()) {
    rows[0].push_back("probe");
    for (std::size_t i = 0; i < run.probes.size(); ++i)
      rows[i + 1].push_back(std::isfinite(run.probes[i].second) ? formatted("%.4f", run.probes[i].second)
                                                                : "-");
  }
  return rows.size() > 1 ? "<h3>Scores on held-out examples</h3>\n" + html_table(rows) : "";
}

/// The scores of each class, folded where a task has many.
std::string class_tables(const RunSummary& run) {
  std::string tables;
  for (const auto& [task, classes] : run.classes) {
    const std::string title = html_text(task) + ": scores of each label";
    const std::string table = html_table(class_rows(classes));
    tables += classes.size() > kMostClasses
                  ? "<details><summary>" + title + " (" + std::to_string(classes.size()) + ")</summary>\n" +
                        table + "</details>\n"
                  : "<h3>" + title + "</h3>\n" + table;
  }
  return tables;
}

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
  return "<h3>" + html_text(title) + ": " + std::to_string(right_count) + " sentences right, " +
         std::to_string(wrong_count) + " not</h3>\n" +
         (wrong.empty() ? "" : "<p>Wrong (blue: prediction, yellow: label):</p>\n" + wrong) +
         (right.empty() ? "" : "<p>Correct:</p>\n" + right);
}

/// Gold and predicted labels of a head whose labels are classes, and the pairs that are confused most often.
std::string confusions(const Task& task, const std::string& title, const std::vector<Value>& labels,
                       const std::vector<Value>& predictions) {
  if (task.label_kind() != LabelKind::classes) return "";
  std::vector<std::string> gold, predicted;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i].is(Value::Kind::null)) continue;
    gold.push_back(label_names(LabelKind::classes, labels[i]).front());
    predicted.push_back(predictions[i].at("label").string());
  }
  if (gold.empty()) return "";
  return "<h3>" + html_text(title) + ": confusion matrix</h3>\n" + confusion_table(gold, predicted) +
         largest_confusions(gold, predicted);
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
         scatter_plot(by.empty() ? "Held-out sentences" : "Held-out sentences by " + by, points);
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

/// What the heads say of the held-out examples.
std::string held_out_pictures(const fs::path& directory, std::int64_t threads, PluginCatalog& plugins) {
  const LoadedRun run = load_run(directory, {}, plugins);
  const auto& tasks = run.encoder.model->tasks();
  Session session(*run.encoder.model, run.encoder.text_encoder(), threads,
                  run.experiment.run.integer("tokens_per_forward"));
  ExampleFiles files(text_keys(run.experiment));
  std::map<std::string, Response> results;
  std::string pictures, map;
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
      const std::string table = confusions(tasks[t], title, labels, result.predictions[t]);
      pictures += table + entity_examples(tasks[t], title, examples.texts, labels, result.predictions[t]);
      const bool by_label = !table.empty() && tasks[t].reads_single_texts();
      if (map.empty() || (by_label && map.find(" by ") == std::string::npos))
        map = map_of(examples.texts, labels, result.sentences, by_label ? title : "");
    }
  }
  return pictures + map;
}

std::string configuration(const fs::path& directory) {
  std::string lines;
  const std::string text = read_file(directory / "config.toml", kMostBytes);
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    lines += html_text(text.substr(begin, end - begin)) + "\n";
    begin = end + 1;
  }
  return "<details><summary>Configuration</summary>\n<pre>" + lines + "</pre></details>\n";
}

std::string run_section(const fs::path& directory, const RunSummary& summary, std::int64_t threads,
                        PluginCatalog& plugins) {
  std::string section = scores_table(summary) + class_tables(summary) + training_curves(directory);
  try {
    section += held_out_pictures(directory, threads, plugins);
  } catch (const Error& error) {
    section += "<p class=\"note\">The predictions for held-out examples cannot be shown: " +
               html_text(error.what()) + "</p>\n";
  }
  return section + configuration(directory);
}

std::string sweep_section(const SweepSummary& summary) {
  std::string section;
  for (std::size_t p = 0; p < summary.shape.points.size(); ++p) {
    const auto rows = sweep_cells(summary, p);
    if (rows.size() < 2) continue;
    if (const std::string& label = summary.shape.points[p].label; !label.empty())
      section += "<h3>" + html_text(label) + "</h3>\n";
    section += html_table(rows);
  }
  section += "<p class=\"note\">" + html_text(sweep_legend(summary)) + "</p>\n";
  if (const std::string failed = sweep_failures(summary); !failed.empty())
    section += "<pre>" + html_text(failed) + "</pre>\n";
  for (const auto& [metric, svg] : sweep_charts(summary)) section += "<figure>" + svg + "</figure>\n";
  return section;
}

}  // namespace

std::string report_page(const std::vector<fs::path>& directories, std::int64_t threads,
                        PluginCatalog& plugins) {
  std::vector<RunSummary> summaries;
  for (const fs::path& directory : directories)
    if (!is_sweep_directory(directory)) summaries.push_back(summarise_run(directory));
  std::string body;
  if (summaries.size() > 1) body += "<h2>Comparison</h2>\n" + html_table(comparison_table(summaries));
  std::size_t run = 0;
  for (const fs::path& directory : directories)
    body += "<h2>" + html_text(directory.string()) + "</h2>\n" +
            (is_sweep_directory(directory) ? sweep_section(read_sweep(directory))
                                           : run_section(directory, summaries[run++], threads, plugins));
  const bool one = directories.size() == 1;
  return html_page(one ? summaries.empty() ? "A sweep" : "A run"
                       : std::to_string(directories.size()) + (summaries.empty() ? " sweeps" : " runs"),
                   body);
}

}  // namespace mtt

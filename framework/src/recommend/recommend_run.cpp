#include "recommend/recommend_run.h"

#include <algorithm>
#include <cmath>

#include "eval/bootstrap.h"
#include "experiment/experiment.h"
#include "experiment/task_examples.h"
#include "io/file.h"
#include "io/new_directory.h"
#include "mtt/error.h"
#include "recommend/comparison_file.h"
#include "recommend/comparison_outline.h"
#include "recommend/recommendation.h"
#include "report/number_table.h"
#include "run/run_lock.h"
#include "sweep/sweep_run.h"
#include "value/toml.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

constexpr const char* kSweepFile = "sweep.toml";
constexpr const char* kSweep = "sweep";
constexpr const char* kRecommended = "recommended.toml";

void check_validation(const Experiment& experiment) {
  if (experiment.tasks.empty())
    throw Error(experiment.file.string() +
                ": there is no task to compare strategies for; add a [tasks.<name>]");
  if (experiment.trains && !experiment.has_epochs())
    experiment.train.value("epochs").refuse(
        "[train] epochs is 0, so the recommended run would train nothing; set it to 1 or more");
  for (const TaskConfig& task : experiment.tasks) {
    const DevSource dev = dev_source(experiment, task);
    if (dev.file.empty() && dev.share == 0)
      throw Error(experiment.file.string() + ": the task '" + task.name +
                  "' has no validation set, and strategies are not compared on the test set; add dev = "
                  "\"dev.jsonl\" or dev_share = 0.1 to [data] or to [tasks." +
                  task.name + "]");
    if (tests_on(experiment, task, dev.file))
      throw Error(experiment.file.string() + ": the validation set '" + dev.file + "' of the task '" +
                  task.name + "' is also its test set; name another file, or use dev_share");
    if (train_file(experiment, task).empty())
      throw Error("task '" + task.name + "' has no training set; set train in [data] or in the task's table");
  }
}

/// The rows of the seeds that are asked for; there may be more of an earlier comparison.
std::vector<SweepRow> rows_of_seeds(std::vector<SweepRow> rows, std::int64_t first, std::int64_t seeds) {
  std::erase_if(rows, [&](const SweepRow& row) { return row.seed < first || row.seed - first >= seeds; });
  return rows;
}

/// The rows of an arm, one per seed.
std::vector<const SweepRow*> rows_of(const std::vector<SweepRow>& rows, const std::string& arm) {
  std::vector<const SweepRow*> found;
  for (const SweepRow& row : rows)
    if (row.arm == arm && row.tuning.empty() && !row.failed()) found.push_back(&row);
  return found;
}

std::string main_score(const SweepRow& row, const std::string& task) {
  for (const auto& [name, value] : main_scores(row.scores))
    if (task_of(name) == task) return name;
  throw Error("the run '" + row.arm + "' has no score of the task '" + task +
              "'; check that its validation set has labels for it");
}

MeasuredScore measured(const std::vector<const SweepRow*>& rows, const std::string& score, double& examples) {
  MeasuredScore result{.score = 0};
  const double count = static_cast<double>(rows.size());
  for (const SweepRow* row : rows) {
    result.score += value_of(row->scores, score) / count;
    std::vector<double> samples;
    for (const auto& [name, counts] : row->counts) {
      if (name != score) continue;
      samples = bootstrap_scores(counts);
      examples = static_cast<double>(counts.size());
    }
    if (row == rows.front()) result.samples.assign(samples.size(), 0);
    if (samples.size() != result.samples.size()) result.samples.clear();
    for (std::size_t i = 0; i < result.samples.size(); ++i) result.samples[i] += samples[i] / count;
  }
  return result;
}

StrategyCost cost_of(const Strategy& strategy, const std::vector<const SweepRow*>& rows,
                     const Outline& outline) {
  StrategyCost cost{.title = strategy.title};
  double seconds = 0;
  for (const SweepRow* row : rows) {
    const double part =
        row->steps > 0 ? row->seconds * static_cast<double>(outline.steps) / static_cast<double>(row->steps) +
                             row->fitting_seconds / outline.share_of_files
                       : row->seconds / outline.share_of_files;
    seconds += part / static_cast<double>(rows.size());
    cost.trainable_parameters = std::max(cost.trainable_parameters, row->learning_parameters);
  }
  cost.minutes = seconds / 60;
  return cost;
}

Recommendation judge(const Outline& outline, const std::vector<SweepRow>& rows, double margin) {
  std::vector<JudgedTask> tasks;
  std::vector<StrategyCost> costs;
  for (const Strategy& strategy : outline.strategies)
    costs.push_back(cost_of(strategy, rows_of(rows, arm_name(strategy, outline.tasks, false)), outline));
  for (std::size_t t = 0; t < outline.tasks.size(); ++t) {
    const ComparedTask& task = outline.tasks[t];
    JudgedTask& judged = tasks.emplace_back();
    judged.higher_is_better = outline.higher_is_better[t];
    judged.validation_examples = static_cast<double>(task.validation_examples);
    judged.sizes = {static_cast<double>(task.fewer), static_cast<double>(task.used),
                    static_cast<double>(task.all)};
    for (const Strategy& strategy : outline.strategies) {
      const auto used = rows_of(rows, arm_name(strategy, outline.tasks, false));
      if (judged.score.empty()) judged.score = main_score(*used.front(), task.name);
      judged.used.push_back(measured(used, judged.score, judged.validation_examples));
      if (task.fewer > 0)
        judged.fewer.push_back(measured(rows_of(rows, arm_name(strategy, outline.tasks, true)), judged.score,
                                        judged.validation_examples));
    }
  }
  return Recommendation::of(std::move(costs), std::move(tasks), margin);
}

std::string sizes_text(const Outline& outline, const RecommendSettings& settings) {
  std::int64_t used = 0, fewer = 0, all = 0;
  for (const ComparedTask& task : outline.tasks) {
    used = std::max(used, task.used);
    fewer = std::max(fewer, task.fewer);
    all = std::max(all, task.all);
  }
  const std::string seeds = settings.seeds == 1 ? "one seed" : std::to_string(settings.seeds) + " seeds";
  return "Scores on the validation set, in points; ± where shown is a 95 % interval over its examples\n  "
         "measured with " +
         grouped(used) + " training examples, " + std::to_string(settings.epochs) +
         (settings.epochs == 1 ? " epoch, " : " epochs, ") + seeds + "\n" +
         (fewer > 0
              ? "  predicted for " + grouped(all) + " from " + grouped(fewer) + " and " + grouped(used) + "\n"
              : "  all training examples were used\n") +
         "  minutes: estimate of the full training\n\n";
}

void answer(const Outline& outline, const Recommendation& recommendation, const Experiment& own,
            const RecommendSettings& settings, Console& console) {
  const fs::path file = settings.directory / kRecommended;
  const std::string toml = toml_text(recommended_file(own, outline.strategies[recommendation.choice.chosen]));
  write_file_atomically(file, toml);
  Value json = recommendation_json(recommendation);
  json.set("file", file.string());
  write_file_atomically(settings.directory / "recommendation.json", json.json() + "\n");
  const std::string notes = recommendation_notes(recommendation);
  const std::string text = "\n" + sizes_text(outline, settings) + recommendation_table(recommendation) +
                           (notes.empty() ? "" : "\n" + notes) + "\n" +
                           recommendation_reason(recommendation) + "\n\nContinue with: mtt run " +
                           file.string() + "\n\n" + toml;
  if (settings.json) {
    console.keep(text);
    console.answer(json.json() + "\n");
  } else {
    console.answer(text);
  }
}

/// Throws Error with the reason of the first failed run, because a quiet program does not list failed runs.
int run_comparison(const fs::path& file, const fs::path& directory, const RecommendSettings& settings,
                   PluginCatalog& plugins) {
  Console progress;
  try {
    return run_sweep(file, {},
                     {.directory = directory,
                      .threads = settings.threads,
                      .plugin_path = settings.plugin_path,
                      .prints_table = false},
                     plugins, progress);
  } catch (const Error& error) {
    for (const SweepRow& row : read_rows(directory / "runs.jsonl"))
      if (row.failed())
        throw Error(std::string(error.what()) + "; the first, '" + row.arm + "': " + row.error);
    throw;
  }
}

}  // namespace

int recommend(const fs::path& file, const std::vector<Override>& overrides, const RecommendSettings& settings,
              PluginCatalog& plugins, Console& console) {
  const Experiment own = Experiment::read(file, overrides);
  check_validation(own);
  std::error_code error;
  check_own_directory(settings.directory, fs::exists(settings.directory / kSweepFile, error),
                      "a recommendation");
  const Experiment full = full_training(file, overrides, own);
  const Outline all = outline(own, full, settings, plugins, console);
  const RunLock lock(settings.directory);
  const fs::path sweep_file = settings.directory / kSweepFile, sweep = settings.directory / kSweep;
  write_file_atomically(sweep_file,
                        toml_text(comparison_file(own, all.tasks, all.strategies, settings.seeds)));
  console.keep_in(settings.directory / "console.txt", true);
  const int signal = run_comparison(sweep_file, sweep, settings, plugins);
  if (signal != 0) return signal;
  const std::vector<SweepRow> rows =
      rows_of_seeds(read_rows(sweep / "runs.jsonl"), own.run.integer("seed"), settings.seeds);
  answer(all, judge(all, rows, settings.margin), own, settings, console);
  return 0;
}

}  // namespace mtt

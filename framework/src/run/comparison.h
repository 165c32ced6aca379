// Several runs side by side.
#pragma once

#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "eval/class_report.h"
#include "eval/example_counts.h"
#include "eval/named_scores.h"
#include "mtt/value.h"

namespace mtt {

/// What a run was and what it came to.
struct RunSummary {
  std::string directory;
  Value config;   ///< all of its values
  Scores scores;  ///< NaN where undefined; of several test files "<task> (<file without ending>).<metric>"
  Scores probes = {};  ///< the scores of the tasks' probes, under the same names; NaN where a task has none
  std::set<std::string, std::less<>> lower_is_better = {};  ///< names of scores
  Scores majority = {};  ///< those of a constant prediction, of tasks whose labels are classes
  /// The name of a score, and the counts from which it follows.
  std::vector<std::pair<std::string, ExampleCounts>> counts = {};
  /// Of each task (and test file) whose labels are classes, sets or spans, under its name in `scores`.
  std::vector<std::pair<std::string, std::vector<ClassScore>>> classes = {};
};

/// A file's name without folder and ending, with that of them by which it differs from others of its name.
std::string told_apart(const std::filesystem::path& file, const std::set<std::string>& files);

/// Reads config.toml and scores.jsonl of a run; a directory without them throws Error that says what is
/// missing.
RunSummary summarise_run(const std::filesystem::path& directory);

/// One column per run behind the names of the rows: the main score of each task, then the keys of the
/// configuration in which the runs differ. Three or more runs that differ in run.seed alone are followed by
/// the mean and the standard deviation of each score.
std::vector<std::vector<std::string>> comparison_table(const std::vector<RunSummary>& runs);
/// The same as text in columns.
std::string comparison_text(const std::vector<RunSummary>& runs);

/// The same as {"runs": [{"directory": ..., "differs": {...}, "scores": {...}}]}, with all scores.
Value comparison_json(const std::vector<RunSummary>& runs);

}  // namespace mtt

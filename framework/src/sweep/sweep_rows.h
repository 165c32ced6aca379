// What the runs of a sweep came to: a line of runs.jsonl each.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "eval/example_counts.h"
#include "eval/named_scores.h"
#include "mtt/value.h"

namespace mtt {

/// One finished run.
struct SweepRow {
  std::string arm, point;
  std::string tuning = {};  ///< as that of the run
  std::int64_t seed = 0;
  std::string key;               ///< of its configuration
  std::int64_t key_version = 1;  ///< what the key covers
  std::string inputs = {};       ///< a digest of what it read; "" in rows of older programs
  std::string error;             ///< why it failed; "" where it did not
  std::string tuned = {};        ///< the values that tuning runs chose, "learning_rate=0.0002"
  Scores scores;                 ///< NaN where undefined
  std::set<std::string, std::less<>> lower_is_better = {};  ///< names of scores; of all others higher is
  Scores log_means =
      {};  ///< "<task>.weight" and "<task>,<task>.gradient_cosine", over the steps that log them
  Scores majority = {};  ///< of the most frequent class of the test set, predicted for all examples
  /// The name of a score, and the counts from which it follows; none in rows of older programs.
  std::vector<std::pair<std::string, ExampleCounts>> counts = {};
  double seconds =
      std::numeric_limits<double>::quiet_NaN();  ///< of training; NaN: none, or stopped in between
  double fitting_seconds = 0;  ///< of the probes, also where they were found in the sweep's cache
  double wall_seconds = 0;     ///< of the whole process
  double peak_memory_mb = 0;
  std::int64_t learning_parameters = 0;
  std::int64_t steps = 0;
  std::int64_t jobs = 1;  ///< runs at a time; times of more than one are not to be compared
  std::int64_t threads = 1;
  std::string machine = {};  ///< the name of its processor; "" in rows of older programs

  bool failed() const { return !error.empty(); }
  /// Of training and of fitting the probes that it starts from.
  double training_seconds() const { return steps > 0 ? seconds + fitting_seconds : seconds; }
};

/// Whether rows, or a row and a planned run, are of the same arm, point, tuning and seed.
template <class A, class B>
bool same_run(const A& a, const B& b) {
  return a.arm == b.arm && a.point == b.point && a.tuning == b.tuning && a.seed == b.seed;
}

/// Puts a row in the place of the earlier one of its run, or behind all others.
void put_row(std::vector<SweepRow>& rows, SweepRow row);

Value row_json(const SweepRow& row);

/// Reads runs.jsonl, later rows of a run in the place of earlier ones; an unfinished last line is left out, a
/// file that is missing is empty. What is no row throws Error with file:line.
std::vector<SweepRow> read_rows(const std::filesystem::path& file);

}  // namespace mtt

// Results of the runs of a sweep: one line of runs.jsonl per run.
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
  std::string tuning = {};  ///< as in SweepRun
  std::int64_t seed = 0;
  std::string key;               ///< digest of the configuration, see run_key
  std::int64_t key_version = 1;  ///< see kKeyVersion
  std::string inputs = {};       ///< digest of examples and model; "" in older rows
  std::string error;             ///< reason of the failure; "" without one
  std::string tuned = {};        ///< the values chosen by tuning runs, "learning_rate=0.0002"
  Scores scores;                 ///< NaN where undefined
  std::set<std::string, std::less<>> lower_is_better = {};  ///< names of scores
  Scores log_means =
      {};  ///< "<task>.weight" and "<task>,<task>.gradient_cosine", over the steps that log them
  Scores majority = {};  ///< of a constant prediction, the most frequent class of the test set
  /// Names of scores, and the counts from which they are computed; empty in older rows.
  std::vector<std::pair<std::string, ExampleCounts>> counts = {};
  double seconds =
      std::numeric_limits<double>::quiet_NaN();  ///< of training; NaN: no training, or a resumed one
  double fitting_seconds = 0;  ///< of the weights that heads start with, also if read from the cache
  double wall_seconds = 0;     ///< of the whole process
  double peak_memory_mb = 0;
  std::int64_t learning_parameters = 0;
  std::int64_t steps = 0;
  std::int64_t jobs = 1;  ///< runs at a time; with more than one, times are not comparable
  std::int64_t threads = 1;
  std::string machine = {};  ///< name of the processor; "" in older rows

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

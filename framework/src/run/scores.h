// How well heads do on held-out examples, for people and for programs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "data/examples.h"
#include "eval/class_report.h"
#include "eval/example_counts.h"
#include "model/multi_task_model.h"
#include "model/session.h"
#include "mtt/head.h"
#include "mtt/precision.h"
#include "mtt/value.h"

namespace mtt {

/// Held-out examples of a task.
struct HeldOut {
  std::size_t task = 0;
  std::string field;
  std::string file;
};

/// The metrics of a task on held-out examples; none where no example has a label for it.
struct TaskScore {
  std::string task;
  std::string file;           ///< its path
  std::int64_t examples = 0;  ///< that have a label for the task
  std::vector<Metric> metrics = {};
  ClassReport classes = {};           ///< empty where the head's labels are of a kind without classes
  ExampleCounts counts = {};          ///< from which the first metric follows; empty where it does not
  std::vector<Metric> majority = {};  ///< of the most frequent class for all examples; empty: no classes
  /// Of all examples of the file, labelled or not; empty where there is no score, and for all tasks together.
  std::vector<Value> labels = {}, predictions = {};
  /// Of the task's probe; empty: it has none; none: not compared.
  std::optional<std::vector<Metric>> probe = {};
  std::string set = {};                   ///< the name by which ExampleFiles knows the examples
  Precision precision = Precision::fp32;  ///< of the encoder that was scored
};

/// Scores tasks; each file is encoded once for all of them. Where several tasks share a file and can be right
/// or wrong, a last row, "all tasks", says how often all of them are right ("exact_match").
std::vector<TaskScore> score_tasks(const std::vector<HeldOut>& held_out, ExampleFiles& files,
                                   Session& session);

/// The key of a number that says how alike the two texts of a pair are.
inline constexpr const char* kSimilarity = "similarity";

/// The first metric of `score_pairs`.
inline constexpr const char* kPairMetric = "cosine_spearman";

/// Whether examples are pairs of texts with a similarity (keys `text_pair` and `similarity`).
bool has_pairs(const Examples& examples);

/// Spearman's and Pearson's correlations of the pairs' cosines with their similarities.
TaskScore score_pairs(const Examples& examples, const std::string& file, Session& session);

/// "intent  accuracy 0.9375  macro_f1 0.9312  (64 examples of test.jsonl)\n"; an undefined score is shown as
/// such, and another precision than fp32 after the file.
std::string score_text(const TaskScore& score);

/// {"accuracy": 0.9375, ...}; an undefined value is null.
Value metrics_json(const std::vector<Metric>& metrics);

/// {"task": ..., "file": ..., "examples": ..., "metrics": {...}, "lower_is_better": [...], "majority": {...},
/// "classes": {...}, "counts": {...}, "precision": "int8"}; an undefined score is null. "lower_is_better"
/// (names of metrics), "majority", "classes" (class_scores_json) and "counts" (example_counts_json) are left
/// out where there are none, "precision" where it is fp32.
Value score_json(const TaskScore& score);

}  // namespace mtt

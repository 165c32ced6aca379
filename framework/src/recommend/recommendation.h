// The output of `mtt recommend`, as text and as JSON.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "mtt/value.h"
#include "recommend/strategy_choice.h"

namespace mtt {

/// The cost of a strategy.
struct StrategyCost {
  std::string title;                                          ///< "full fine-tuning"
  double minutes = std::numeric_limits<double>::quiet_NaN();  ///< for the full training; NaN: unknown
  std::int64_t trainable_parameters = 0;

  /// Megabytes of the trainable parameters in float32.
  double stored_mb() const { return 4e-6 * static_cast<double>(trainable_parameters); }
};

/// The tasks, the costs of the strategies (the cheapest first), and the result of the rule.
struct Recommendation {
  std::vector<StrategyCost> strategies;
  std::vector<JudgedTask> tasks;
  double margin = 0.01;
  StrategyChoice choice;  ///< by the mean over tasks
  /// By each task alone; without strategies if its score is undefined.
  std::vector<StrategyChoice> for_tasks;

  /// Applies the rule to all tasks together and to each of them.
  static Recommendation of(std::vector<StrategyCost> strategies, std::vector<JudgedTask> tasks,
                           double margin);
};

/// The table of the strategies; with several tasks, also a table of the tasks. Scores are in points
/// (hundredths).
std::string recommendation_table(const Recommendation& recommendation);

/// Which strategy to choose, and why. If it is not distinguishable from the best, also the number of
/// validation examples that would decide.
std::string recommendation_reason(const Recommendation& recommendation);

/// How the gap between the last and the first strategy changes with the number of examples, for which tasks
/// alone another strategy would be chosen, and which have no score. May be empty.
std::string recommendation_notes(const Recommendation& recommendation);

/// {"strategy", "reason", "margin", "strategies": [...], "tasks": [...]}; scores are not in points, unknown
/// numbers are null.
Value recommendation_json(const Recommendation& recommendation);

}  // namespace mtt

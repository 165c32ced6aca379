// What `mtt recommend` answers, for people and for programs.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "mtt/value.h"
#include "recommend/strategy_choice.h"

namespace mtt {

/// What a strategy costs.
struct StrategyCost {
  std::string title;                                          ///< "full fine-tuning"
  double minutes = std::numeric_limits<double>::quiet_NaN();  ///< of the full training; NaN: unknown
  std::int64_t trainable_parameters = 0;

  /// Megabytes of the trainable parameters in float32.
  double stored_mb() const { return 4e-6 * static_cast<double>(trainable_parameters); }
};

/// The tasks, the costs of the strategies, cheapest first, and what the rule says of them.
struct Recommendation {
  std::vector<StrategyCost> strategies;
  std::vector<JudgedTask> tasks;
  double margin = 0.01;
  StrategyChoice choice;  ///< by the mean over tasks
  std::vector<StrategyChoice>
      for_tasks;  ///< of each task alone; without strategies if its score is undefined

  /// Applies the rule to all tasks together and to each of them.
  static Recommendation of(std::vector<StrategyCost> strategies, std::vector<JudgedTask> tasks,
                           double margin);
};

/// The table of the strategies and, of several tasks, a line for each. Scores are in points (hundredths).
std::string recommendation_table(const Recommendation& recommendation);

/// Which strategy to choose, and why; what would decide if it is not distinguishable from the best.
std::string recommendation_reason(const Recommendation& recommendation);

/// How the gap between the last and the first strategy changes with the number of examples, and which tasks
/// would choose otherwise or have no score; "" if there is nothing to say.
std::string recommendation_notes(const Recommendation& recommendation);

/// {"strategy", "reason", "margin", "strategies": [...], "tasks": [...]}; scores are not in points, unknown
/// numbers are null.
Value recommendation_json(const Recommendation& recommendation);

}  // namespace mtt

// The rule by which `mtt recommend` chooses a strategy; docs/training.md explains it.
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "recommend/learning_curve.h"

namespace mtt {

/// The score of a task with one strategy on the validation set, the mean over seeds.
struct MeasuredScore {
  double score = std::numeric_limits<double>::quiet_NaN();  ///< NaN: undefined
  std::vector<double> samples = {};  ///< in bootstrap samples of the examples; empty: unknown
};

/// A task with the main score of all strategies, cheapest first.
struct JudgedTask {
  std::string score;  ///< "intent.accuracy"
  bool higher_is_better = true;
  ExampleSizes sizes = {};
  double validation_examples = 0;
  std::vector<MeasuredScore> used = {};
  std::vector<MeasuredScore> fewer = {};  ///< empty: not measured
};

/// How a strategy compares with the best one.
enum class Standing { best, good_enough, undecided, worse };
/// "best", "good enough", "not distinguishable", "worse".
const char* standing_name(Standing standing);

/// A strategy over all tasks. Scores are means over tasks; a lower-is-better score counts negatively, an
/// undefined one as 0.
struct StrategyResult {
  double fewer = 0;  ///< NaN: not measured
  double used = 0;
  double used_half = 0;    ///< half the 95 % interval over validation examples; NaN: unknown
  double predicted = 0;    ///< with all training examples
  double behind = 0;       ///< the best predicted score minus this one
  double behind_half = 0;  ///< NaN: unknown
  Standing standing = Standing::best;
};

/// What the rule says.
struct StrategyChoice {
  std::vector<StrategyResult> strategies;  ///< cheapest first
  std::size_t best = 0, chosen = 0;
  /// Validation examples that would decide, where the chosen strategy is `undecided`; else 0.
  double examples_needed = 0;
  double examples = 0;  ///< of the smallest validation set
};

/// The cheapest strategy that is not worse than the best. A strategy is `worse` if it is behind by more than
/// the margin and its interval excludes 0; `good_enough` if the whole interval is within the margin;
/// otherwise `undecided`. Without an interval the margin alone decides. A task whose score is undefined with
/// every strategy has no part in it; if that leaves none, Error is thrown.
StrategyChoice choose_strategy(const std::vector<JudgedTask>& tasks, double margin);

}  // namespace mtt

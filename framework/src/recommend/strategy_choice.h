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

/// A task with its main score for each strategy, the cheapest first.
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

/// The results of a strategy over all tasks. Scores are means over tasks; a lower-is-better score counts
/// negatively, an undefined one as 0.
struct StrategyResult {
  double fewer = 0;  ///< NaN: not measured
  double used = 0;
  double used_half = 0;    ///< half the width of the 95 % interval over validation examples; NaN: unknown
  double predicted = 0;    ///< with all training examples
  double behind = 0;       ///< the best predicted score minus this one
  double behind_half = 0;  ///< NaN: unknown
  Standing standing = Standing::best;
};

/// The result of the rule.
struct StrategyChoice {
  std::vector<StrategyResult> strategies;  ///< cheapest first
  std::size_t best = 0, chosen = 0;
  /// Number of validation examples that would decide if the chosen strategy is `undecided`, otherwise 0.
  double examples_needed = 0;
  double examples = 0;  ///< size of the smallest validation set
};

/// The cheapest strategy that is not worse than the best. A strategy is `worse` if it is behind by more than
/// the margin and its interval excludes 0; `good_enough` if the whole interval is within the margin;
/// otherwise `undecided`. Without an interval the margin alone decides. A task whose score is undefined with
/// every strategy is left out; if no task is left, Error is thrown.
StrategyChoice choose_strategy(const std::vector<JudgedTask>& tasks, double margin);

}  // namespace mtt

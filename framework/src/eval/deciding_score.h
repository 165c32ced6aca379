// Which score decides a choice.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "eval/named_scores.h"

namespace mtt {

/// Scores on held-out examples.
struct Evaluation {
  Scores scores;
  std::set<std::string, std::less<>> lower_is_better = {};  ///< names of scores; of all others higher is
};

/// A score that decides which weights, or which values, are chosen.
struct DecidingScore {
  double value = 0;
  bool higher_is_better = true;

  /// Whether this score is better than the other; one that is not finite never is, any other is better than
  /// it.
  bool better_than(const DecidingScore& other) const;
};

/// "mean": the mean of the tasks' main metrics (of all tasks together there is none), of which those that are
/// better when lower count negatively, so that higher is better; one that is undefined counts as 0. Else the
/// score of that name. NaN where there is no such score.
DecidingScore deciding_score(std::string_view best, const Evaluation& evaluation);

}  // namespace mtt

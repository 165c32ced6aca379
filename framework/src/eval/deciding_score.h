// The score for model selection and tuning.
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
  std::set<std::string, std::less<>> lower_is_better = {};  ///< names of scores
};

/// A score by which weights or values are selected.
struct DecidingScore {
  double value = 0;
  bool higher_is_better = true;

  /// Whether this score is better than the other. A finite score is better than one that is not; a score that
  /// is not finite is never better.
  bool better_than(const DecidingScore& other) const;
};

/// `best` is "mean" or the name of a score. "mean" is the mean of the tasks' main metrics, without scores of
/// all tasks together. In the mean, lower-is-better metrics count negatively and undefined ones as 0, so
/// higher is better. NaN if there is no such score.
DecidingScore deciding_score(std::string_view best, const Evaluation& evaluation);

}  // namespace mtt

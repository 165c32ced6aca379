// When training has seen its best.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "eval/named_scores.h"
#include "mtt/value.h"

namespace mtt {

/// The scores of the validation sets.
struct Evaluation {
  Scores scores;
  std::set<std::string, std::less<>> lower_is_better = {};  ///< names of scores; of all others higher is
};

/// A score that decides which weights are kept.
struct DecidingScore {
  double value = 0;
  bool higher_is_better = true;
};

/// "mean": the mean of the tasks' main metrics (of all tasks together there is none), of which those that are
/// better when lower count negatively, so that higher is better; one that is undefined counts as 0. Else the
/// score of that name. NaN where there is no such score.
DecidingScore deciding_score(std::string_view best, const Evaluation& evaluation);

/// Watches one metric from evaluation to evaluation.
class EarlyStopping {
 public:
  /// patience: evaluations in a row without a new best after which training stops; 0: it never does. A
  /// negative one throws Error.
  explicit EarlyStopping(std::int64_t patience);

  /// Takes the score after `step` steps; true where it is the best so far. An equal value is no new best, and
  /// NaN or an infinity never is one.
  bool update(std::int64_t step, const DecidingScore& score);

  bool should_stop() const { return patience_ > 0 && without_best_ >= patience_; }
  std::optional<double> best() const { return best_; }
  std::int64_t best_step() const { return best_step_; }  ///< -1 before the first best

  Value state() const;
  void restore(const Value& state);

 private:
  std::int64_t patience_;
  std::optional<double> best_;
  std::int64_t best_step_ = -1;
  std::int64_t without_best_ = 0;
};

}  // namespace mtt

// When training has seen its best.
#pragma once

#include <cstdint>
#include <optional>

#include "eval/deciding_score.h"
#include "mtt/value.h"

namespace mtt {

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

#include "eval/deciding_score.h"

#include <cmath>

namespace mtt {

bool DecidingScore::better_than(const DecidingScore& other) const {
  if (!std::isfinite(value)) return false;
  if (!std::isfinite(other.value)) return true;
  return higher_is_better ? value > other.value : value < other.value;
}

DecidingScore deciding_score(std::string_view best, const Evaluation& evaluation) {
  const auto higher = [&](std::string_view name) { return !evaluation.lower_is_better.contains(name); };
  double sum = 0, count = 0;
  for (const auto& [name, value] : main_scores(evaluation.scores)) {
    if (is_of_all_tasks(name)) continue;
    ++count;
    if (std::isfinite(value)) sum += higher(name) ? value : -value;
  }
  if (best == "mean" && count > 0) return {sum / count, true};
  return {value_of(evaluation.scores, best), higher(best)};
}

}  // namespace mtt

#include "train/early_stopping.h"

#include <cmath>
#include <limits>

#include "mtt/error.h"

namespace mtt {

DecidingScore deciding_score(std::string_view best, const Evaluation& evaluation) {
  const auto higher = [&](std::string_view name) { return !evaluation.lower_is_better.contains(name); };
  double sum = 0, count = 0;
  for (const auto& [name, value] : main_scores(evaluation.scores)) {
    if (task_of(name) == kAllTasks) continue;
    ++count;
    if (std::isfinite(value)) sum += higher(name) ? value : -value;
  }
  if (best == "mean" && count > 0) return {sum / count, true};
  for (const auto& [name, value] : evaluation.scores)
    if (name == best) return {value, higher(name)};
  return {std::numeric_limits<double>::quiet_NaN(), true};
}

EarlyStopping::EarlyStopping(std::int64_t patience) : patience_(patience) {
  if (patience < 0)
    throw Error("the patience is " + std::to_string(patience) +
                " evaluations; expected at least 1, or 0 never to stop early");
}

bool EarlyStopping::update(std::int64_t step, const DecidingScore& score) {
  const double value = score.value;
  const bool better =
      std::isfinite(value) && (!best_ || (score.higher_is_better ? value > *best_ : value < *best_));
  if (!better) {
    ++without_best_;
    return false;
  }
  best_ = value;
  best_step_ = step;
  without_best_ = 0;
  return true;
}

Value EarlyStopping::state() const {
  return Value::Table{
      {"best", best_ ? Value(*best_) : Value()}, {"best_step", best_step_}, {"without_best", without_best_}};
}

void EarlyStopping::restore(const Value& state) {
  const Value& best = state.at("best");
  best_ = best.is(Value::Kind::null) ? std::nullopt : std::optional(best.number());
  best_step_ = state.at("best_step").integer();
  without_best_ = state.at("without_best").integer();
}

}  // namespace mtt

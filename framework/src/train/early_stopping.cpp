#include "train/early_stopping.h"

#include <cmath>

#include "mtt/error.h"

namespace mtt {

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

#include "train/early_stopping.h"

#include <cmath>
#include <limits>

#include "mtt/error.h"

namespace mtt {

bool higher_is_better(std::string_view metric) {
  metric.remove_prefix(metric.rfind('.') + 1);  // the name of the task is no part of it
  for (const std::string_view word : {"loss", "error", "perplexity"})
    if (metric.find(word) != std::string_view::npos) return false;
  return true;
}

double deciding_score(std::string_view best, const Scores& scores) {
  double sum = 0, count = 0;
  for (const auto& [name, value] : main_scores(scores)) {
    if (task_of(name) == kAllTasks) continue;
    ++count;
    if (std::isfinite(value)) sum += higher_is_better(name) ? value : -value;
  }
  if (best == "mean" && count > 0) return sum / count;
  for (const auto& [name, value] : scores)
    if (name == best) return value;
  return std::numeric_limits<double>::quiet_NaN();
}

EarlyStopping::EarlyStopping(std::string_view metric, std::int64_t patience)
    : higher_(higher_is_better(metric)), patience_(patience) {
  if (patience < 0)
    throw Error("the patience is " + std::to_string(patience) +
                " evaluations; expected at least 1, or 0 never to stop early");
}

bool EarlyStopping::update(std::int64_t step, double value) {
  const bool better = std::isfinite(value) && (!best_ || (higher_ ? value > *best_ : value < *best_));
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

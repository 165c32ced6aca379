// The values that tuning runs choose for the runs of a sweep.
#pragma once

#include <string>
#include <vector>

#include "sweep/sweep_plan.h"
#include "sweep/sweep_rows.h"

namespace mtt {

/// What was chosen for an arm at a point.
struct TunedValue {
  std::string arm, point;
  std::string value;  ///< "learning_rate=0.0003"
  double score = 0;
  bool at_edge = false;  ///< the first or the last of three or more values: better ones may lie beyond
};

/// Chosen values as JSON, and back.
Value tuned_json(const std::vector<TunedValue>& values);
std::vector<TunedValue> tuned_from_json(const Value& json);

/// Adds to the runs of the plan the values whose tuning run has the best score, the first of equal ones.
/// Throws Error if a tuning run has no row, failed, or lacks the score.
std::vector<TunedValue> apply_tuning(SweepPlan& plan, const std::vector<SweepRow>& rows);

}  // namespace mtt

// Chooses values for the arms of a sweep from its tuning runs.
#pragma once

#include <string>
#include <vector>

#include "sweep/sweep_plan.h"
#include "sweep/sweep_rows.h"

namespace mtt {

/// The value chosen for an arm at a point.
struct TunedValue {
  std::string arm, point;
  std::string value;  ///< "learning_rate=0.0003"
  double score = 0;
  bool at_edge = false;     ///< first or last of three or more numbers: others may be better
  std::string failed = {};  ///< values whose runs failed; they are not chosen
};

/// Adds to the runs of the plan the values of the tuning run with the best score (the first of equal ones).
/// Throws Error if a tuning run has no row or no such score, or if the score is undefined in all tuning runs
/// of an arm.
std::vector<TunedValue> apply_tuning(SweepPlan& plan, const std::vector<SweepRow>& rows);

}  // namespace mtt

#include "sweep/tuning.h"

#include <algorithm>
#include <limits>

#include "eval/deciding_score.h"
#include "mtt/error.h"
#include "value/listed.h"

namespace mtt {
namespace {

std::string names_of(const Scores& scores) {
  std::vector<std::string> names;
  for (const auto& [name, value] : scores) names.push_back(name);
  return listed(names);
}

DecidingScore tuning_score(const SweepRow& row, const SweepRun& run, const std::string& metric) {
  const bool known =
      metric == "mean" || std::any_of(row.scores.begin(), row.scores.end(),
                                      [&](const auto& score) { return score.first == metric; });
  if (!known)
    throw Error("[sweep.tuning] metric is '" + metric + "', a score that the run '" + run.title() +
                "' does not have; it has " + names_of(row.scores));
  return deciding_score(metric, {row.scores, row.lower_is_better});
}

bool is_number(const Override& change) {
  const char first = change.assignment[change.assignment.find('=') + 1];
  return (first >= '0' && first <= '9') || first == '-' || first == '.';
}

}  // namespace

std::vector<TunedValue> apply_tuning(SweepPlan& plan, const std::vector<SweepRow>& rows) {
  std::vector<TunedValue> chosen;
  for (std::size_t first = 0, end = 0; first < plan.tuning.size(); first = end) {
    const SweepRun* best = nullptr;
    std::string failed;
    DecidingScore best_score{std::numeric_limits<double>::quiet_NaN()};
    for (end = first; end < plan.tuning.size() && plan.tuning[end].arm == plan.tuning[first].arm &&
                      plan.tuning[end].point == plan.tuning[first].point;
         ++end) {
      const SweepRun& run = plan.tuning[end];
      const auto row =
          std::find_if(rows.begin(), rows.end(), [&](const SweepRow& other) { return same_run(other, run); });
      if (row == rows.end())
        throw Error("the tuning run '" + run.title() +
                    "' has no result, so no value can be chosen for the arm '" + run.arm +
                    "'; the same command runs it again");
      if (row->failed()) {
        failed += (failed.empty() ? "" : ", ") + run.tuning;
        continue;
      }
      const DecidingScore score = tuning_score(*row, run, plan.tuning_metric);
      if (!score.better_than(best_score)) continue;
      best = &run;
      best_score = score;
    }
    if (!best)
      throw Error("no tuning run of the arm '" + plan.tuning[first].arm + "' has a defined score" +
                  (failed.empty() ? "" : "; failed: " + failed) +
                  "; see the logs in runs/, and change the values of the arm or the validation set in "
                  "[sweep.tuning]");
    for (SweepRun& run : plan.runs) {
      if (run.arm != best->arm || run.point != best->point) continue;
      run.overrides.insert(run.overrides.end(), best->tried.begin(), best->tried.end());
      run.tuned = best->tuning;
    }
    const bool at_edge = end - first >= 3 && best->tried.size() == 1 && is_number(best->tried.front()) &&
                         (best == &plan.tuning[first] || best == &plan.tuning[end - 1]);
    chosen.push_back({best->arm, best->point, best->tuning, best_score.value, at_edge, failed});
  }
  return chosen;
}

}  // namespace mtt

#include "sweep/tuning.h"

#include <algorithm>
#include <cmath>

#include "eval/named_scores.h"
#include "mtt/error.h"

namespace mtt {
namespace {

double tuning_score(const SweepRow& row, const std::string& metric) {
  const Scores main = main_scores(row.scores);
  double sum = 0;
  for (const auto& [name, value] : metric.empty() ? main : row.scores) {
    if (name == metric) return value;
    if (metric.empty() && task_of(name) != kAllTasks) sum += value;
  }
  if (!metric.empty())
    throw Error("[sweep.tuning] metric is '" + metric + "', a score that the run '" + row.arm + ", " + row.role +
                "' does not have; name one of those in the table of the sweep");
  return sum;
}

}  // namespace

Value tuned_json(const std::vector<TunedValue>& values) {
  Value::Array array;
  for (const TunedValue& one : values)
    array.emplace_back(Value::Table{{"arm", one.arm},
                                    {"point", one.point},
                                    {"value", one.value},
                                    {"score", one.score},
                                    {"at_edge", one.at_edge}});
  return Value(std::move(array));
}

std::vector<TunedValue> tuned_from_json(const Value& json) {
  std::vector<TunedValue> values;
  for (const Value& one : json.array())
    values.push_back({one.at("arm").string(), one.at("point").string(), one.at("value").string(),
                      one.at("score").number(), one.at("at_edge").boolean()});
  return values;
}

std::vector<TunedValue> apply_tuning(SweepPlan& plan, const std::vector<SweepRow>& rows) {
  std::vector<TunedValue> chosen;
  for (std::size_t first = 0, end = 0; first < plan.tuning.size(); first = end) {
    const SweepRun* best = nullptr;
    double best_score = 0;
    for (end = first; end < plan.tuning.size() && plan.tuning[end].arm == plan.tuning[first].arm &&
                      plan.tuning[end].point == plan.tuning[first].point;
         ++end) {
      const SweepRun& run = plan.tuning[end];
      const auto row =
          std::find_if(rows.begin(), rows.end(), [&](const SweepRow& other) { return same_run(other, run); });
      if (row == rows.end() || row->failed())
        throw Error("the tuning run '" + run.title() + "' has no result, so no value can be chosen for the arm '" +
                    run.arm + "'; the same command runs it again");
      const double score = tuning_score(*row, plan.tuning_metric);
      if (!std::isfinite(score) || (best && score <= best_score)) continue;
      best = &run;
      best_score = score;
    }
    if (!best)
      throw Error("no tuning run of the arm '" + plan.tuning[first].arm +
                  "' has a defined score; are there labels in its validation set?");
    for (SweepRun& run : plan.runs) {
      if (run.arm != best->arm || run.point != best->point) continue;
      run.overrides.insert(run.overrides.end(), best->tried.begin(), best->tried.end());
    }
    const bool at_edge =
        end - first >= 3 && (best == &plan.tuning[first] || best == &plan.tuning[end - 1]);
    chosen.push_back({best->arm, best->point, best->role.substr(best->role.find(' ') + 1), best_score, at_edge});
  }
  return chosen;
}

}  // namespace mtt

#include "sweep/sweep_result_checks.h"

#include <algorithm>
#include <string>

#include "mtt/error.h"
#include "mtt/options.h"
#include "value/listed.h"

namespace mtt {
namespace {

bool always_equal(const std::string& one, const std::string& other, const SweepShape& shape,
                  const std::vector<SweepRow>& rows) {
  bool compared = false;
  for (const SweepRow& row : rows) {
    if (row.failed() || row.arm != one || !shape.names(row.arm, row.point, row.seed)) continue;
    for (const SweepRow& its : rows) {
      if (its.failed() || its.arm != other || its.point != row.point || its.seed != row.seed) continue;
      compared = true;
      if (row_json(its).at("scores").json() != row_json(row).at("scores").json()) return false;
    }
  }
  return compared;
}

}  // namespace

void check_metrics(const SweepShape& shape, const std::vector<SweepRow>& rows) {
  std::vector<std::string> known;
  for (const SweepRow& row : rows)
    for (const auto& [name, value] : row.scores)
      if (std::find(known.begin(), known.end(), name) == known.end()) known.push_back(name);
  if (known.empty()) return;
  for (const std::string& metric : shape.metrics) {
    if (std::find(known.begin(), known.end(), metric) != known.end()) continue;
    const std::string near = nearest(metric, known);
    throw Error("[sweep] metrics: no run has the score '" + metric + "'; " +
                (near.empty() ? "there are " + listed(known) : "did you mean '" + near + "'?") +
                " The same command does not repeat completed runs");
  }
}

void warn_of_equal_arms(const SweepShape& shape, const std::vector<SweepRow>& rows, Console& console) {
  const auto& arms = shape.arms;
  for (std::size_t a = 0; a < arms.size(); ++a)
    for (std::size_t b = a + 1; b < arms.size(); ++b)
      if (always_equal(arms[a], arms[b], shape, rows))
        console.warn(
            "the arms '" + arms[a] + "' and '" + arms[b] +
            "' have the same scores in every run; are they the same training? With fitted heads, for "
            "example, probe_then_tune without epochs is policy \"none\"");
}

}  // namespace mtt

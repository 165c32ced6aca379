#include "check/check_transform.h"

#include "check/contract_report.h"

namespace mtt {

void check_transform(HeadTrial& trial) {
  const Head& head = trial.head();
  require(!trial.grouped() && !head.coupled() && !head.convex() && head.initialisations().empty(),
          "transforms() of a head that reads groups, is coupled or convex, or has closed forms");
  const at::Tensor before = trial.batch().ids.clone();
  trial.draw_targets();
  const TransformedBatch once = trial.transformed(), again = trial.transformed();
  require(trial.batch().ids.equal(before), "transform writes into the ids of its input; give new ones");
  require(once.batch.ids.equal(again.batch.ids) && distance(once.targets, again.targets) == 0,
          "transform gives something else for the same draws; draw from `random` alone");
}

}  // namespace mtt

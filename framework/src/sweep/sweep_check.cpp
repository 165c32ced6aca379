#include "sweep/sweep_check.h"

#include <algorithm>

#include "experiment/experiment.h"
#include "experiment/task_examples.h"
#include "io/terminal_text.h"
#include "sweep/sweep_keys.h"
#include "sweep/sweep_plan.h"

namespace mtt {

void check_sweep(const std::filesystem::path& file, const std::vector<Override>& overrides,
                 PluginCatalog& plugins, Console& console) {
  const SweepPlan plan = plan_sweep(file, overrides);
  std::string text;
  const auto list = [&](const SweepRun& run) {
    if (run.seed == plan.shape.first_seed || !run.tuning.empty()) {
      const Experiment experiment = Experiment::read(file, run.overrides);
      for (const TaskConfig& task : experiment.tasks) check_files(experiment, task);
    }
    const bool tuned = std::any_of(plan.tuning.begin(), plan.tuning.end(), [&](const SweepRun& other) {
      return run.tuning.empty() && other.arm == run.arm && other.point == run.point;
    });
    text += run.title() + "  (key " +
            (tuned ? "unknown before the tuning runs"
                   : run_key(file, run, plugins) + ", version " + std::to_string(kKeyVersion)) +
            ")\n";
    for (const Override& change : run.overrides) text += "    " + printable(change.assignment) + "\n";
  };
  for (const SweepRun& run : plan.tuning) list(run);
  for (const SweepRun& run : plan.runs) list(run);
  console.answer(text +
                 (plan.tuning.empty() ? "" : std::to_string(plan.tuning.size()) + " tuning runs, then ") +
                 std::to_string(plan.runs.size()) + " runs; the baseline is '" + plan.shape.baseline + "'\n");
}

}  // namespace mtt

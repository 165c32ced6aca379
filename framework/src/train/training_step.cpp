#include "train/training_step.h"

#include <limits>
#include <utility>

#include "train/gradient_backward.h"

namespace mtt {

TrainingStep::TrainingStep(MultiTaskModel& model, const std::vector<TrainingSource>& sources,
                           GuardedWeighting& weighting, bool normalize, std::uint64_t seed)
    : model_(model),
      sources_(sources),
      weighting_(weighting),
      normalize_(normalize),
      parameters_(SharedParameters::of(model)),
      forward_(model, sources, seed) {}

BackwardContext TrainingStep::context() {
  return {model_, sources_, weighting_, normalize_, parameters_, forward_};
}

std::vector<double> TrainingStep::losses(const StepData& data, const WeightingStep& step) {
  return losses_of(context(), data, step.step);
}

StepResult TrainingStep::run(const StepData& data, WeightingStep step, bool statistics) {
  const std::size_t tasks = model_.tasks().size();
  step.losses.assign(tasks, std::numeric_limits<double>::quiet_NaN());
  step.present.clear();
  for (const std::size_t t : data.present)
    if (balanced()[t]) step.present.push_back(t);
  StepResult result{.present = data.present,
                    .losses = step.losses,
                    .weights = std::vector<double>(tasks, 1.0),
                    .seen = std::move(step),
                    .statistics = {}};
  if (data.present.empty()) return result;  // no example of the step has a label
  const bool balances = !result.seen.present.empty();
  if (statistics && balances) {
    const at::Tensor rows = task_gradients(context(), data, result, parameters_.shared, {});
    result.statistics = statistics_of(rows, result.seen.present, tasks);
  }
  if (weighting_.by_gradients() && balances)
    backward_by_gradients(context(), data, result);
  else
    backward_weighted(context(), data, result);
  return result;
}

}  // namespace mtt

// The files that `mtt recommend` writes: the sweep that compares the strategies, and the experiment to
// continue with.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "experiment/experiment.h"
#include "mtt/value.h"

namespace mtt {

/// A training strategy. `tables` and `compared` have its keys train, freeze, weighting, sampler and cache of
/// an experiment; one without training has none of them.
struct Strategy {
  std::string name;   ///< "top_2"; the names of its arms begin with it
  std::string title;  ///< "the upper 2 layers"
  Value tables;       ///< for the full training
  Value compared;     ///< for the runs of the comparison, which have few epochs and no model selection
};

/// [train] of an experiment that has none.
Value default_training();

/// How the heads of the probe get their weights.
enum class ProbeNeeds {
  fitting,     ///< all heads are fitted, and their cost is known
  training,    ///< some heads cannot be fitted and are trained on the frozen encoder
  no_training  ///< as `fitting`, but [train] would be refused because some heads have no parameters
};

/// The probe, the upper third of `layers` (at least one), and full fine-tuning, the cheapest first. The
/// learning rate of the encoder is that of [train]; the default is 1e-3 for one or two layers, 5e-4 for more
/// and 2e-4 for all.
std::vector<Strategy> strategies_of(const Experiment& experiment, std::int64_t layers, ProbeNeeds probe,
                                    std::int64_t epochs);

/// A task and its files, as the comparison uses them.
struct ComparedTask {
  std::string name, train, validation;
  std::int64_t fewer = 0;  ///< training examples of the smaller size; 0: there is none
  std::int64_t used = 0, all = 0;
  std::int64_t validation_examples = 0;
};

/// The name of the arm of a strategy; `fewer`: with the smaller size.
std::string arm_name(const Strategy& strategy, const std::vector<ComparedTask>& tasks, bool fewer);

/// An experiment file with [sweep]: an arm for each strategy and size, scored on the validation sets.
Value comparison_file(const Experiment& experiment, const std::vector<ComparedTask>& tasks,
                      const std::vector<Strategy>& strategies, std::int64_t seeds);

/// The experiment with the tables of a strategy. Heads start as probes.
Value recommended_file(const Experiment& experiment, const Strategy& strategy);

}  // namespace mtt

// The files that `mtt recommend` writes: the sweep that compares the strategies, and the experiment to
// continue with.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "experiment/experiment.h"
#include "mtt/value.h"

namespace mtt {

/// A way to train. `tables` and `compared` have the keys train, freeze, weighting, sampler and cache that an
/// experiment needs for it; a strategy that trains nothing has none of them.
struct Strategy {
  std::string name;   ///< "top_2"; begins the name of its arms
  std::string title;  ///< "the upper 2 layers"
  Value tables;       ///< of the full training
  Value compared;     ///< of the runs of the comparison, which have few epochs and no model selection
};

/// [train] of an experiment that has none.
Value default_training();

/// What the heads of the probe need.
enum class ProbeNeeds {
  fitting,     ///< all heads are fitted, and their cost is known
  training,    ///< some heads cannot be fitted and are trained on the frozen encoder
  no_training  ///< as `fitting`, but some heads have no parameters, with which [train] would be refused
};

/// The probe, the upper third of `layers` (at least one), and full fine-tuning: cheapest first. Learning
/// rates of the encoder are those of [train], by default 1e-3 for one or two layers, 5e-4 for more, 2e-4 for
/// all.
std::vector<Strategy> strategies_of(const Experiment& experiment, std::int64_t layers, ProbeNeeds probe,
                                    std::int64_t epochs);

/// A task and its files, as the comparison uses them.
struct ComparedTask {
  std::string name, train, validation;
  std::int64_t fewer = 0;  ///< training examples of the second size; 0: there is none
  std::int64_t used = 0, all = 0;
  std::int64_t validation_examples = 0;
};

/// The arm of a strategy; `fewer`: with the second size.
std::string arm_name(const Strategy& strategy, const std::vector<ComparedTask>& tasks, bool fewer);

/// An experiment file with [sweep]: an arm for each strategy and size, scored on the validation sets.
Value comparison_file(const Experiment& experiment, const std::vector<ComparedTask>& tasks,
                      const std::vector<Strategy>& strategies, std::int64_t seeds);

/// The experiment with a strategy. Heads start as probes.
Value recommended_file(const Experiment& experiment, const Strategy& strategy);

}  // namespace mtt

// How heads come to their first weights.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "data/examples.h"
#include "experiment/experiment.h"
#include "probe/probe.h"
#include "report/messages.h"
#include "run/task_building.h"

namespace mtt {

/// A head before training.
struct HeadStart {
  std::string init;               ///< "logistic", a closed form of the head, or "none": random weights
  std::optional<ProbeFit> probe;  ///< none: the head has no probe
  double feature_rms = 0;         ///< root mean square of the values that the head reads; 0: not measured
  double seconds = 0;             ///< for fitting `weights`, also if they were read from a store
  std::vector<nn::NamedParameter>
      weights;  ///< with which it starts; the head itself holds those of its probe
};

/// What fitting needs beside the plans.
struct FittingSettings {
  bool baseline = false;        ///< a probe is fitted for every convex head, whatever its `init`
  std::filesystem::path store;  ///< a folder where probes are kept and found; empty: none
  std::string model_key;        ///< of the encoder
  std::int64_t threads = 1;
  Messages* messages = nullptr;  ///< where lines and progress are reported; nullptr: nowhere
};

/// Fits the heads of all plans, which are built and hold random weights, in the order of the plans. Each file
/// is encoded once for all its heads. Afterwards a head with a probe holds the probe's weights, every other
/// head those of its start.
std::vector<HeadStart> fit_heads(std::vector<TaskPlan>& plans, const Experiment& experiment,
                                 ExampleFiles& files, const Encoder& encoder,
                                 const FittingSettings& settings);

}  // namespace mtt

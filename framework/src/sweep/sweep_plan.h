// From [sweep] to the list of its runs.
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "mtt/value.h"
#include "value/overrides.h"

namespace mtt {

/// A combination of the grid's values.
struct SweepPoint {
  std::string label;           ///< "train_examples=100 layers=4"; "" without a grid
  std::vector<double> values;  ///< of its numeric keys
};

/// What is compared, and where.
struct SweepShape {
  std::vector<std::string> arms;
  std::vector<SweepPoint> points;
  std::string baseline;              ///< one of the arms
  std::vector<std::string> metrics;  ///< as [sweep] names them; empty: each task's main one
  std::string axis;  ///< the grid's key, where it has exactly one and all its values are numbers; else ""
  std::int64_t first_seed = 0;
  std::int64_t seeds = std::numeric_limits<std::int64_t>::max();

  /// Whether it asks for this run. Rows of runs that it does not ask for have no part in what is told.
  bool names(const std::string& arm, const std::string& point, std::int64_t seed) const;
};

/// One run: an arm at a point with a seed.
struct SweepRun {
  std::string arm, point;
  std::string tuning;  ///< "": a run of the comparison; else the values that it tries, "learning_rate=0.0002"
  std::int64_t seed = 0;
  std::vector<Override> overrides;   ///< to the file, those of the caller among them
  std::string tuned = {};            ///< the values that tuning runs chose for it, once they ran
  std::vector<Override> tried = {};  ///< of a tuning run: those that the arm takes over if this run is best

  /// Its folder's name, different from that of every other run of the sweep.
  std::string folder() const;
  /// "lora, train_examples=100, seed 3".
  std::string title() const;
};

/// A sweep, ready to be run.
struct SweepPlan {
  SweepShape shape;
  std::vector<SweepRun> tuning;  ///< for each arm that has values to choose from, before its runs
  std::string tuning_metric;     ///< which score chooses: "mean" or a name, see deciding_score
  std::vector<SweepRun> runs;    ///< seed by seed, within a seed point by point
};

/// Reads [sweep] of an experiment file and lists all runs. Each arm at each point is read as an experiment,
/// so that wrong keys are refused at their place before anything runs, as is a sweep of more than 10,000
/// runs.
SweepPlan plan_sweep(const std::filesystem::path& file, const std::vector<Override>& overrides);

/// The shape as JSON, and back.
Value shape_json(const SweepShape& shape);
SweepShape shape_from_json(const Value& json);

}  // namespace mtt

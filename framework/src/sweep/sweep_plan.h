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
  std::vector<std::string> metrics;  ///< as in [sweep]; empty: the main metric of each task
  std::string axis;  ///< the key of the grid if there is exactly one, with numbers as values; otherwise ""
  std::int64_t first_seed = 0;
  std::int64_t seeds = std::numeric_limits<std::int64_t>::max();
  std::string times = {};  ///< as in [sweep]

  /// Whether this run is part of the sweep. Rows of other runs are ignored in tables and figures.
  bool names(const std::string& arm, const std::string& point, std::int64_t seed) const;
};

/// One run: an arm at a point with a seed.
struct SweepRun {
  std::string arm, point;
  std::string tuning;  ///< values tried by a tuning run, "learning_rate=0.0002"; else ""
  std::int64_t seed = 0;
  std::vector<Override> overrides;   ///< of the file, including those of the caller
  std::string tuned = {};            ///< the values chosen by tuning runs, when these have ended
  std::vector<Override> tried = {};  ///< of a tuning run: overrides of the arm if this run is the best

  /// The name of its folder, unique within the sweep.
  std::string folder() const;
  /// "lora, train_examples=100, seed 3".
  std::string title() const;
};

/// A sweep, ready to be run.
struct SweepPlan {
  SweepShape shape;
  std::vector<SweepRun> tuning;  ///< for arms with values to choose from; before all other runs
  std::string tuning_metric;     ///< score for the choice: "mean" or a name, see deciding_score
  std::vector<SweepRun> runs;    ///< seed by seed, within a seed point by point
};

/// Reads [sweep] of an experiment file and lists all runs. Each arm at each point is read as an experiment,
/// so invalid keys are refused with their position before anything is run. More than 10,000 runs are refused.
SweepPlan plan_sweep(const std::filesystem::path& file, const std::vector<Override>& overrides);

/// The shape as JSON, and back.
Value shape_json(const SweepShape& shape);
SweepShape shape_from_json(const Value& json);

}  // namespace mtt

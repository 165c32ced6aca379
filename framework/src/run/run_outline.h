// How much a run reads and computes, counted beforehand.
#pragma once

#include <string>
#include <vector>

#include "data/examples.h"
#include "experiment/experiment.h"
#include "run/label_problems.h"
#include "train/sampler.h"
#include "train/training_data.h"

namespace mtt {

/// For each task how many examples of its train, dev and test files have a label for it.
std::string examples_table(const std::vector<LabelledFile>& labelled, ExampleFiles& files);

/// What all steps together take of a source.
struct SourceUse {
  double examples = 0;  ///< over the whole training, repetitions included
  double steps = 0;     ///< that take examples of it
};

/// Counts what the steps of a sampler take of each of `sources` sources. Of more than five million examples
/// the rest is extrapolated.
std::vector<SourceUse> source_uses(Sampler sampler, std::size_t sources);

/// For each training file its examples, how many of them a step takes and the passes over it in the whole
/// training; then steps, sampler, weighting and freeze policy. `names` and `sizes` are those of the files.
std::string training_table(const Experiment& experiment, const Sampler& sampler,
                           const std::vector<std::string>& names, const std::vector<std::int64_t>& sizes);

}  // namespace mtt

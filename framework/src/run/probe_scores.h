// How trained heads compare with their probes.
#pragma once

#include <vector>

#include "experiment/experiment.h"
#include "report/messages.h"
#include "run/head_fitting.h"
#include "run/scores.h"

namespace mtt {

/// Scores the heads while they hold the weights of their probes, on the encoder as it is; tasks without a
/// probe are left out.
std::vector<TaskScore> score_probes(const std::vector<HeadStart>& starts,
                                    const std::vector<HeldOut>& held_out, ExampleFiles& files,
                                    Session& session);

/// Gives every head the weights that it starts with.
void start_heads(const std::vector<HeadStart>& starts, MultiTaskModel& model);

/// Puts each task's probe beside its score on the same file; a task without one gets an empty list.
void add_probes(std::vector<TaskScore>& scores, const std::vector<TaskScore>& probes);

/// A warning for each task whose trained head is below its probe by more than one example.
void warn_below_probe(const std::vector<TaskScore>& scores, const Experiment& experiment, Messages& messages);

/// The probes with their scores: {task: {"c", ..., "scores": {file: {metric: value}}}}.
Value probes_json(const std::vector<HeadStart>& starts, const std::vector<TaskScore>& scores,
                  const MultiTaskModel& model);

}  // namespace mtt

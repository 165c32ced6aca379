// The examples of a run, fitted to its model, and what that changes.
#pragma once

#include <string>
#include <vector>

#include "data/examples.h"
#include "experiment/experiment.h"
#include "model/encoder.h"
#include "run/run_directory.h"
#include "run/scores.h"
#include "run/task_building.h"

namespace mtt {

/// A file that a task learns from or is scored on.
struct ExampleUse {
  std::string file, field;
  Reads reads;         ///< what the task's head reads
  bool joint = false;  ///< it reads joint pairs
  bool learns = false;
  /// Where labels may be tags of tokens: the names of integer tags.
  std::optional<std::vector<std::string>> tags = {};
};

/// The files of all tasks: those to learn from, dev and test.
std::vector<ExampleUse> example_uses(const std::vector<TaskPlan>& plans, const Experiment& experiment,
                                     ExampleFiles& files);
/// Held-out files; `tasks` has the names of integer tags of each task.
std::vector<ExampleUse> example_uses(const std::vector<HeldOut>& held_out, ExampleFiles& files,
                                     const MultiTaskModel& model, const std::vector<TaskData>& tasks);

/// Makes tags of heads that read tokens spans (data/tag_list.h), and moves spans to whole words
/// (data/whole_words.h), so that training and scores see the same ones. → the warnings of the files, a
/// warning for each file with spans that moved, and for each with texts that the model truncates. `limit` is
/// the name under which the user sets the limit.
std::vector<std::string> fit_examples(const std::vector<ExampleUse>& uses, ExampleFiles& files,
                                      const Encoder& encoder, const std::string& limit = "max_tokens");

}  // namespace mtt

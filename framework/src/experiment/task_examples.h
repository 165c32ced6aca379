// Where a task's examples and labels come from.
#pragma once

#include <string>
#include <vector>

#include "data/text_keys.h"
#include "experiment/experiment.h"

namespace mtt {

/// The key of a line that holds a task's labels.
std::string label_field(const TaskConfig& task);

/// The keys of the texts in files of [data], and those of a task, which may name its own.
TextKeys text_keys(const Experiment& experiment);
TextKeys text_keys(const Experiment& experiment, const TaskConfig& task);

/// A task's own training file, or that of [data]; "" where there is none.
const std::string& train_file(const Experiment& experiment, const TaskConfig& task);

/// How many examples are drawn of it, with the place that says so; 0: all.
const Value& train_examples(const Experiment& experiment, const TaskConfig& task);

/// A task's own test files, or those of [data].
std::vector<std::string> test_files(const Experiment& experiment, const TaskConfig& task);

/// Whether one of the task's test files is this file, also under another name; "" is no file.
bool tests_on(const Experiment& experiment, const TaskConfig& task, const std::string& file);

/// The dev and test files of all tasks, each once: the encoder is shared, so none of them may be learned
/// from.
std::vector<std::string> held_out_files(const Experiment& experiment);

/// A file of a task that is missing is refused at the place that names it.
void check_files(const Experiment& experiment, const TaskConfig& task);

/// A file, or a share of the training file, or neither.
struct DevSource {
  std::string file;
  double share = 0;
};

/// A task's own dev or dev_share goes before those of [data]. Both in one table throws Error.
DevSource dev_source(const Experiment& experiment, const TaskConfig& task);

}  // namespace mtt

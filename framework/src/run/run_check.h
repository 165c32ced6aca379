// What `mtt run --check` finds out before anything is trained or written.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "data/examples.h"
#include "experiment/experiment.h"
#include "model/encoder.h"
#include "report/messages.h"
#include "run/label_problems.h"
#include "run/scores.h"
#include "run/task_building.h"
#include "run/training.h"

namespace mtt {

/// How a run would be started.
struct RunCheckSettings {
  std::filesystem::path directory;  ///< the run's
  std::int64_t threads = 1;
  bool verbose = false;  ///< tensors by name
};

/// Looks for everything that would end a run after it has begun: file names that cannot be, an output
/// directory that cannot be used, invalid spans, labels that a head refuses, a training step that fails. It
/// goes on after a problem, so that one check finds all of them. Nothing is written and no weight is changed.
class RunCheck {
 public:
  /// `training` is null where the experiment trains nothing. All arguments must outlive the check.
  RunCheck(const Experiment& experiment, const std::vector<TaskPlan>& plans, TrainingPlan* training,
           ExampleFiles& files, Encoder& encoder, Messages& messages, RunCheckSettings settings);

  /// What can be checked before the heads are built.
  void check_names();
  void check_directory();
  void check_spans();

  /// Does `build`, which gives the heads their labels and weights and adds them to the model; if it fails,
  /// the problem is kept.
  void build(const std::function<void()>& build);

  /// Checks labels against the heads that were built. Problems throw one Error: the only one as it is,
  /// several after they have been listed.
  void finish();

  /// Examples, steps, trainable parameters and an estimate of time and memory, for people.
  std::string report();

 private:
  void attempt(const std::function<void()>& work);
  void check_labels();
  void check_charts();
  bool reads_second_texts(const std::string& file) const;
  void estimate();

  const Experiment& experiment_;
  TrainingPlan* training_;
  ExampleFiles& files_;
  Encoder& encoder_;
  Messages& messages_;
  RunCheckSettings settings_;
  std::vector<LabelledFile> labelled_;
  std::vector<bool> token_level_;  ///< [K]: whether the head reads tokens
  std::vector<bool> spans_;        ///< [K]: whether its labels are spans
  std::vector<LabelledFile> with_bad_spans_;
  std::vector<std::string> problems_;
  std::string estimate_text_;
  double build_seconds_ = 0;
  bool fits_heads_ = false;
  bool names_fit_ = true;
  bool built_ = false;
};

}  // namespace mtt

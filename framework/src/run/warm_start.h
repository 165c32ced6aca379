// A run that begins with the weights of another one: [run] init_from.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "experiment/experiment.h"
#include "model/encoder.h"
#include "plugin/plugin_catalog.h"
#include "run/run_directory.h"
#include "run/task_building.h"

namespace mtt {

/// The run that [run] init_from names, and what is taken of it. All refusals throw Error with the place of
/// the key.
class WarmStart {
 public:
  /// Reads the other run; without init_from there is nothing to take. What is no complete run is refused.
  WarmStart(const Experiment& experiment, PluginCatalog& plugins);

  /// Copies what the other run changed below its heads, LoRA adapters merged into the weights that they
  /// extend, into an encoder that has no adapters yet. An encoder of another model is refused.
  void give_encoder(Encoder& encoder);

  /// Copies Houlsby adapters, which no weight can hold, into those of an encoder; one that has no such
  /// adapters is refused.
  void give_adapters(Encoder& encoder);

  /// Marks the tasks whose heads begin with the other run's: those of the same name that it trained. The
  /// heads must agree in plugin, reading and pooling of the encoder.
  void mark(std::vector<TaskPlan>& plans, const Encoder& encoder);

  /// Frees the other run, once the heads are built.
  void release() { other_.reset(); }

  /// What was taken and what was not, in a line or two.
  std::string text() const { return text_; }

  /// Parameters below the heads that are no longer those of the model: "backbone.layers.5...".
  const std::vector<std::string>& changed() const { return changed_; }

 private:
  [[noreturn]] void refuse(const std::string& what) const;

  const Experiment& experiment_;
  std::filesystem::path directory_;
  std::unique_ptr<LoadedRun> other_;
  std::vector<std::string> changed_, left_;
  std::string text_;
};

/// Copies a head's weights into one that knows its labels and is built; other labels, or parameters of other
/// names or shapes, throw Error.
void start_head_from(Task& task, const Task& other);

/// A directory that is both the run's own and that of init_from is refused.
void check_warm_start(const Experiment& experiment, const std::filesystem::path& directory);

}  // namespace mtt

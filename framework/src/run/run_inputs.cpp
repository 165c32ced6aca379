#include "run/run_inputs.h"

#include <algorithm>
#include <map>
#include <vector>

#include "experiment/task_examples.h"
#include "io/digest.h"
#include "io/file.h"
#include "io/model_cache.h"
#include "model/peft_adapter.h"
#include "mtt/error.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

/// All files of the model's directory, and of the one that it extends where it is an adapter.
std::map<std::string, fs::path> model_files(const Experiment& experiment) {
  std::map<std::string, fs::path> files;
  const auto add = [&](const std::string& which, const fs::path& directory) {
    for (const auto& entry : fs::recursive_directory_iterator(directory))
      if (entry.is_regular_file())
        files.emplace(which + entry.path().lexically_relative(directory).string(), entry.path());
  };
  try {
    const fs::path directory = find_model(experiment.backbone.string("model"));
    add("", directory);
    if (const auto adapter = PeftAdapter::read(directory)) add("base/", find_model(adapter->base));
  } catch (const Error&) {
  } catch (const fs::filesystem_error&) {
  }
  return files;
}

/// The weights of the run that [run] init_from names.
std::vector<fs::path> start_files(const Experiment& experiment) {
  const fs::path run = experiment.run.string("init_from");
  if (run.empty()) return {};
  std::vector<fs::path> files = {run / "config.toml", run / "backbone.safetensors"};
  std::error_code error;
  for (const auto& entry : fs::recursive_directory_iterator(run / "heads", error))
    if (entry.is_regular_file()) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

const std::string& RunInputs::of_file(const fs::path& file) {
  const auto [found, fresh] = known_.emplace(file, "");
  std::error_code error;
  if (!fresh || !fs::is_regular_file(file, error)) return found->second;
  return found->second = file_digest(file);
}

std::string RunInputs::digest(const Experiment& experiment) {
  Digest all;
  for (const auto& [name, file] : model_files(experiment)) {
    all.add(name);
    all.add(of_file(file));
  }
  for (const fs::path& file : start_files(experiment)) all.add(of_file(file));
  for (const TaskConfig& task : experiment.tasks) all.add(task.name + of_file(train_file(experiment, task)));
  for (const std::string& file : held_out_files(experiment)) all.add(of_file(file));
  return all.hex();
}

}  // namespace mtt

#include "run/run_inputs.h"

#include <set>

#include "config/task_examples.h"
#include "io/digest.h"
#include "io/file.h"
#include "io/model_cache.h"
#include "mtt/error.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

std::set<fs::path> model_files(const Experiment& experiment) {
  std::set<fs::path> files;
  try {
    for (const auto& entry : fs::directory_iterator(find_model(experiment.backbone.string("model"))))
      if (entry.is_regular_file()) files.insert(entry.path());
  } catch (const Error&) {
  } catch (const fs::filesystem_error&) {
  }
  return files;
}

}  // namespace

const std::string& RunInputs::of_file(const fs::path& file) {
  const auto [found, fresh] = known_.emplace(file, "");
  std::error_code error;
  if (!fresh || !fs::is_regular_file(file, error)) return found->second;
  Digest digest;
  if (fs::file_size(file) > 0) {
    const MappedFile bytes(file);
    digest.add(bytes.data(), bytes.size());
  }
  found->second = digest.hex();
  return found->second;
}

std::string RunInputs::digest(const Experiment& experiment) {
  Digest all;
  for (const fs::path& file : model_files(experiment)) all.add(file.filename().string() + of_file(file));
  for (const TaskConfig& task : experiment.tasks) all.add(task.name + of_file(train_file(experiment, task)));
  for (const std::string& file : held_out_files(experiment)) all.add(of_file(file));
  return all.hex();
}

}  // namespace mtt

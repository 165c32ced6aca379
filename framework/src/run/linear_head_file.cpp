#include "run/linear_head_file.h"

#include <ATen/ops/from_blob.h>

#include <map>

#include "io/safetensors.h"
#include "io/safetensors_writer.h"
#include "model/weight_loading.h"
#include "mtt/error.h"
#include "mtt/label_set.h"
#include "plugin/make_parts.h"
#include "value/json.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

using Metadata = std::map<std::string, std::string>;

/// "weight" or "bias" of a head's parameter: "classifier.weight"
std::string part_of(const std::string& parameter) { return parameter.substr(parameter.rfind('.') + 1); }

const std::string& entry(const Metadata& metadata, const char* key, const fs::path& file) {
  const auto found = metadata.find(key);
  if (found == metadata.end())
    throw Error(file.string() + ": the metadata lack '" + key + "'; expected a file that mtt export wrote");
  return found->second;
}

/// The head's options that are in the file.
Value options_of(const Metadata& metadata, const OptionList& list, const fs::path& file) {
  Value options{Value::Table{}};
  for (const char* key : {"labels", "threshold"})
    if (list.find(key)) options.set(key, parse_json(entry(metadata, key, file), file.string() + ", " + key));
  return options;
}

}  // namespace

bool is_linear_head(ProblemType type) {
  return type != ProblemType::none && type != ProblemType::token_classification;
}

void write_linear_head(const fs::path& file, const Task& task, double threshold) {
  std::vector<at::Tensor> kept;
  std::vector<TensorToWrite> tensors;
  for (const auto& [name, tensor] : task.module().parameters()) {
    kept.push_back(tensor.detach().contiguous());
    tensors.push_back({part_of(name), DType::F32, kept.back().sizes().vec(),
                       reinterpret_cast<const std::byte*>(kept.back().const_data_ptr<float>())});
  }
  Value::Array labels;
  for (const std::string& label : task.label_names()) labels.emplace_back(label);
  Metadata metadata = {{"format", "pt"},
                       {"task", task.name},
                       {"head", task.plugin},
                       {"labels", Value(std::move(labels)).json()}};
  if (task.problem_type == ProblemType::multi_label) metadata["threshold"] = Value(threshold).json();
  write_safetensors(file, tensors, metadata);
}

std::optional<Task> linear_head_task(const Encoder& encoder, PluginCatalog& plugins) {
  const fs::path file = encoder.directory.path / kLinearHeadFile;
  if (std::error_code error; !fs::exists(file, error)) return std::nullopt;
  const SafetensorsFile content = SafetensorsFile::open(file);
  const std::string& name = entry(content.metadata, "task", file);
  const HeadPlugin plugin = plugins.head(entry(content.metadata, "head", file));
  if (!is_linear_head(plugin.problem_type))
    throw Error(file.string() + ": the head is '" + plugin.name +
                "', which is not a linear head; expected a file that mtt export wrote");
  Task task(
      name, plugin.name, Reading{.pooling = {}, .normalize = encoder.model->modules().normalizes()},
      make_head(plugin, Options::read(plugin.options, options_of(content.metadata, plugin.options, file),
                                      file.string())),
      true, plugin.problem_type);
  task.learn_labels({});
  task.build(encoder.model->feature_width(task));
  for (auto& [parameter, tensor] : task.module().parameters()) {
    const std::string part = part_of(parameter);
    const TensorView* found = nullptr;
    for (const TensorView& view : content.tensors)
      if (view.name == part) found = &view;
    if (found == nullptr || tensor.sizes() != at::IntArrayRef(found->shape))
      throw Error(file.string() + ": the tensor '" + part +
                  "' is missing or does not fit the labels and the "
                  "size of the vectors; expected a file that mtt export wrote for this directory");
    tensor.set_data(float_tensor(*found, file.string()));
  }
  return task;
}

}  // namespace mtt

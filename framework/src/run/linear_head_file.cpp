#include "run/linear_head_file.h"

#include <ATen/ops/from_blob.h>

#include <map>

#include "io/safetensors.h"
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

Value options_of(const Metadata& metadata, const std::string& plugin, const fs::path& file) {
  Value options{Value::Table{}};
  if (plugin == "regression") return options;
  options.set("labels", parse_json(entry(metadata, "labels", file), file.string() + ", labels"));
  if (plugin == "multi_label")
    options.set("threshold", parse_json(entry(metadata, "threshold", file), file.string() + ", threshold"));
  return options;
}

}  // namespace

bool is_linear_head(const std::string& plugin) {
  return plugin == "classification" || plugin == "multi_label" || plugin == "regression";
}

void write_linear_head(const fs::path& file, const Task& task, double threshold) {
  std::vector<at::Tensor> kept;
  std::vector<TensorToWrite> tensors;
  for (const auto& [name, tensor] : task.head->parameters()) {
    kept.push_back(tensor.detach().contiguous());
    tensors.push_back({part_of(name), DType::F32, kept.back().sizes().vec(),
                       reinterpret_cast<const std::byte*>(kept.back().const_data_ptr<float>())});
  }
  Value::Array labels;
  for (const std::string& label : task.head->label_names()) labels.emplace_back(label);
  Metadata metadata = {{"format", "pt"},
                       {"task", task.name},
                       {"head", task.plugin},
                       {"labels", Value(std::move(labels)).json()}};
  if (task.plugin == "multi_label") metadata["threshold"] = Value(threshold).json();
  write_safetensors(file, tensors, metadata);
}

std::optional<Task> linear_head_task(const Encoder& encoder, PluginCatalog& plugins) {
  const fs::path file = encoder.directory.path / kLinearHeadFile;
  if (std::error_code error; !fs::exists(file, error)) return std::nullopt;
  const SafetensorsFile content = SafetensorsFile::open(file);
  const std::string& name = entry(content.metadata, "task", file);
  const std::string& plugin = entry(content.metadata, "head", file);
  if (!is_linear_head(plugin))
    throw Error(file.string() + ": the head is '" + plugin +
                "'; expected classification, multi_label or regression");
  Task task{name, plugin, Reading{.pooling = {}, .normalize = encoder.model->modules().normalizes()}, nullptr,
            true};
  const HeadPlugin made_by = plugins.head(plugin);
  task.head = make_head(
      made_by, Options::read(made_by.options, options_of(content.metadata, plugin, file), file.string()));
  call_plugin(call_of(task, "learn_labels and build"), [&] {
    task.head->learn_labels({});
    task.head->build(encoder.model->feature_width(task.reading, Level::sentence));
  });
  for (auto& [parameter, tensor] : task.head->parameters()) {
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

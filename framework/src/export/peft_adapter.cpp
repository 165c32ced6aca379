#include "export/peft_adapter.h"

#include <set>

#include "io/file.h"
#include "io/new_directory.h"
#include "model/checkpoint_tensors.h"
#include "model/parameter_name.h"
#include "model/tensor_file.h"
#include "mtt/error.h"
#include "train/parameter_groups.h"

namespace mtt {
namespace {

constexpr std::string_view kWeight = ".weight";

/// The name within the encoder: without what a model with a head puts before it ("bert.", "roberta.").
std::string_view in_encoder(std::string_view name) {
  for (const std::string_view begin : {"encoder.", "transformer."})
    if (const std::size_t at = name.find(begin); at != std::string_view::npos) return name.substr(at);
  return name;
}

}  // namespace

void write_peft_adapter(LoadedRun& run, const std::filesystem::path& directory) {
  if (run.adapters.kind != AdapterSettings::Kind::lora)
    throw Error("the run has no LoRA adapter; train one with policy = \"lora\" in [freeze]");
  for (const std::string& name : run.trained)
    if (!is_adapter(name))
      throw Error("the run also trained '" + name +
                  "', which an adapter cannot hold; export the whole encoder instead, without --adapter");
  Value::Array targets;
  std::set<std::string> seen;
  std::vector<nn::NamedParameter> tensors;
  for (const LoraMatrices& lora : lora_matrices(run.encoder, run.adapters)) {
    const std::string module(in_encoder(lora.weight.substr(0, lora.weight.size() - kWeight.size())));
    // the name from the layer on, so that attention.output.dense and output.dense stay apart
    const std::size_t layer = module.find("layer.");
    const std::size_t part = module.find('.', layer + 6);
    if (seen.insert(module.substr(part + 1)).second) targets.emplace_back(module.substr(part + 1));
    tensors.push_back({"base_model.model." + module + ".lora_A.weight", lora.a});
    tensors.push_back({"base_model.model." + module + ".lora_B.weight", lora.b});
  }
  const Value config(Value::Table{{"peft_type", "LORA"},
                                  {"task_type", "FEATURE_EXTRACTION"},
                                  {"base_model_name_or_path", run.encoder.directory.path.string()},
                                  {"r", run.adapters.size},
                                  {"lora_alpha", run.adapters.alpha},
                                  {"lora_dropout", 0.0},
                                  {"target_modules", Value(std::move(targets))},
                                  {"bias", "none"},
                                  {"fan_in_fan_out", false},
                                  {"inference_mode", true}});
  NewDirectory target(directory);
  save_tensors(target.folder() / "adapter_model.safetensors", tensors);
  write_file_atomically(target.folder() / "adapter_config.json", config.json() + "\n");
  target.commit();
}

}  // namespace mtt

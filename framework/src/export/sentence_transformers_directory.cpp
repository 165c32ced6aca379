#include "export/sentence_transformers_directory.h"

#include <algorithm>
#include <functional>
#include <set>

#include "export/hugging_face_files.h"
#include "export/model_card.h"
#include "io/file.h"
#include "io/new_directory.h"
#include "io/weights.h"
#include "model/checkpoint_tensors.h"
#include "model/dense_config.h"
#include "model/pooling.h"
#include "model/tensor_file.h"
#include "mtt/error.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

Value pooling_config(const Pooling& pooling, std::int64_t hidden) {
  Value config(Value::Table{{"word_embedding_dimension", hidden}});
  std::vector<PoolingMode> in_order;
  for (const auto& [mode, name, flag] : kPoolingNames) {
    const bool on = std::find(pooling.modes.begin(), pooling.modes.end(), mode) != pooling.modes.end();
    config.set(std::string(flag), on);
    if (on) in_order.push_back(mode);
  }
  if (in_order != pooling.modes) {
    Value::Array modes;
    for (const PoolingMode mode : pooling.modes)
      for (const PoolingName& known : kPoolingNames)
        if (known.mode == mode) modes.emplace_back(std::string(known.name));
    config = Value(Value::Table{{"embedding_dimension", hidden}, {"pooling_mode", Value(std::move(modes))}});
  }
  config.set("include_prompt", pooling.include_prompt);
  return config;
}

void write_json(const fs::path& file, const Value& value) {
  write_file_atomically(file, value.json() + "\n");
}

Value module_entry(std::size_t number, const std::string& path, const char* kind) {
  return Value::Table{{"idx", static_cast<std::int64_t>(number)},
                      {"name", std::to_string(number)},
                      {"path", path},
                      {"type", std::string("sentence_transformers.models.") + kind}};
}

Value sentence_settings(const Encoder& encoder, std::int64_t truncate) {
  Value prompts{Value::Table{}}, default_prompt;
  for (const auto& [name, text] : encoder.directory.prompts) {
    prompts.set(name, text);
    if (!encoder.prompt.empty() && text == encoder.prompt) default_prompt = name;
  }
  if (!encoder.prompt.empty() && default_prompt.is(Value::Kind::null)) {
    default_prompt = "default";
    prompts.set("default", encoder.prompt);
  }
  Value settings(Value::Table{{"__version__", Value(Value::Table{{"sentence_transformers", "2.0.0"}})},
                              {"prompts", std::move(prompts)},
                              {"default_prompt_name", std::move(default_prompt)},
                              {"similarity_fn_name", encoder.directory.similarity}});
  if (truncate > 0) settings.set("truncate_dim", truncate);
  return settings;
}

/// Whether a tensor of the checkpoint is the weight of a linear layer of the backbone.
std::function<bool(const std::string&)> linear_weights_of(Encoder& encoder) {
  const GuardedBackbone& backbone = encoder.model->backbone();
  const std::vector<std::string> weights = backbone.module().linear_weights();
  return [&backbone, names = std::set<std::string>(weights.begin(), weights.end())](const std::string& name) {
    const auto target = backbone.weight_target(name);
    return target && names.contains(target->parameter);
  };
}

}  // namespace

EncoderParts all_parts(const Encoder& encoder) {
  const SentenceModules& modules = encoder.model->modules();
  return {.layers = encoder.model->backbone().shape().layers,
          .pooling = modules.pooling(),
          .dense = !modules.parameters().empty(),
          .normalize = modules.normalizes(),
          .truncate = encoder.directory.truncate};
}

void write_encoder_files(LoadedRun& run, const EncoderParts& parts, const fs::path& folder) {
  Encoder& encoder = run.encoder;
  SentenceModules& modules = encoder.model->modules();
  std::vector<nn::NamedParameter> tensors = encoder_tensors(encoder, run.adapters, parts.layers);
  for (auto& tensor : pooler_tensors(encoder)) tensors.push_back(std::move(tensor));
  if (parts.int8)
    save_int8_tensors(folder / kInt8Weights, tensors, linear_weights_of(encoder));
  else
    save_tensors(folder / "model.safetensors", tensors);
  Value config = encoder_config(encoder.directory.config);
  set_layers(config, parts.layers);
  write_json(folder / "config.json", config);
  copy_tokenizer(encoder.directory.transformer, folder);
  write_json(
      folder / "sentence_bert_config.json",
      Value::Table{{"max_seq_length", encoder.max_tokens}, {"do_lower_case", encoder.directory.lower_case}});
  write_json(folder / "config_sentence_transformers.json", sentence_settings(encoder, parts.truncate));

  Value::Array entries = {module_entry(0, "", "Transformer"), module_entry(1, "1_Pooling", "Pooling")};
  write_json(folder / "1_Pooling/config.json",
             pooling_config(parts.pooling, encoder.model->backbone().shape().hidden));
  for (std::size_t i = 0; parts.dense && i < encoder.directory.dense.size(); ++i) {
    const SentenceModules::DenseShape& shape = encoder.directory.dense[i].shape;
    const std::string path = std::to_string(entries.size()) + "_Dense";
    entries.push_back(module_entry(entries.size(), path, "Dense"));
    Value dense(Value::Table{{"in_features", shape.in},
                             {"out_features", shape.out},
                             {"bias", shape.bias},
                             {"activation_function", activation_class(shape.activation)}});
    if (shape.residual) dense.set("use_residual", true);
    write_json(folder / path / "config.json", dense);
    auto weights = modules.dense(i).parameters();
    for (auto& [name, tensor] : weights) tensor = tensor.detach().contiguous();
    save_tensors(folder / path / "model.safetensors", weights);
  }
  if (parts.normalize) {
    const std::string path = std::to_string(entries.size()) + "_Normalize";
    entries.push_back(module_entry(entries.size(), path, "Normalize"));
    fs::create_directories(folder / path);
    write_json(folder / path / "config.json", Value(Value::Table{}));
  }
  write_json(folder / "modules.json", Value(std::move(entries)));
}

void write_sentence_transformers(LoadedRun& run, const fs::path& run_directory, const fs::path& directory) {
  NewDirectory target(directory);
  write_encoder_files(run, all_parts(run.encoder), target.folder());
  write_file_atomically(target.folder() / "README.md",
                        model_card(run_directory, run.encoder, "sentence-transformers", "sentence-similarity",
                                   "from sentence_transformers import SentenceTransformer\n\n"
                                   "model = SentenceTransformer(\"path/to/this/directory\")\n"
                                   "vectors = model.encode([\"a sentence\", \"another one\"])\n"));
  target.commit();
}

void write_int8_directory(LoadedRun& run, const fs::path& run_directory,
                          const std::function<void(const fs::path& folder)>& compare,
                          const fs::path& directory) {
  NewDirectory target(directory);
  EncoderParts parts = all_parts(run.encoder);
  parts.int8 = true;
  write_encoder_files(run, parts, target.folder());
  compare(target.folder());
  write_file_atomically(target.folder() / "README.md",
                        model_card(run_directory, run.encoder, "mtt", "sentence-similarity",
                                   "import mtt\n\n"
                                   "with mtt.open(\"path/to/this/directory\") as model:\n"
                                   "    vectors = model.encode([\"a sentence\", \"another one\"])\n",
                                   "The linear layers are in int8, and only mtt reads them. precision.json "
                                   "compares the vectors with fp32; the scores below are those in fp32."));
  target.commit();
}

}  // namespace mtt

#include "export/hugging_face_head.h"

#include <algorithm>

#include "config/listed.h"
#include "export/checkpoint_tensors.h"
#include "export/hugging_face_files.h"
#include "export/model_card.h"
#include "freeze/frontier.h"
#include "io/file.h"
#include "io/new_directory.h"
#include "mtt/error.h"
#include "mtt/label_set.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

constexpr std::string_view kPrefix = "bert.";

const Task& find_task(const LoadedRun& run, const std::string& name) {
  std::vector<std::string> names;
  for (const Task& task : run.encoder.model->tasks()) {
    if (task.name == name) return task;
    names.push_back(task.name);
  }
  throw Error("the run has no task '" + name + "'; its tasks are " +
              (names.empty() ? "none" : listed(names)));
}

[[noreturn]] void refuse(const Task& task, const std::string& why) {
  throw Error("the head of task '" + task.name + "' (" + task.plugin + ") " + why +
              "; the run's own directory serves mtt");
}

/// tag 0 is O, then B-x and I-x of every label
std::vector<std::string> outputs_of(const Task& task) {
  if (task.plugin == "regression") return {"LABEL_0"};
  const std::vector<std::string> labels = task.head->label_names();
  if (task.plugin == "classification") return labels;
  std::vector<std::string> names = {"O"};
  for (const std::string& label : labels)
    for (const char* begin : {"B-", "I-"}) names.push_back(begin + label);
  return names;
}

void check(const Task& task, const Encoder& encoder) {
  if (encoder.directory.model_type != "bert")
    refuse(task, "has a backbone of type '" + encoder.directory.model_type +
                     "', and only bert is written with heads");
  if (!encoder.prompt.empty())
    refuse(task, "was trained behind a prompt, which a pipeline would not put before its texts");
  if (task.plugin == "token_classification") {
    for (const auto& [name, tensor] : task.head->parameters())
      if (name.starts_with("crf.")) refuse(task, "has a CRF, which BertForTokenClassification does not know");
    return;
  }
  if (task.plugin != "classification" && task.plugin != "regression")
    refuse(task,
           "is none that transformers' classes for bert can express: they are classification, "
           "token_classification and regression");
  const SentenceModules& modules = encoder.model->modules();
  const auto& dense = encoder.directory.dense;
  const bool pools_cls = modules.pooling().modes == std::vector{PoolingMode::cls} && !task.reading.pooling;
  const std::int64_t hidden = encoder.model->backbone().shape().hidden;
  const bool pooler = dense.size() == 1 && dense[0].shape.in == hidden && dense[0].shape.out == hidden &&
                      dense[0].shape.activation == "tanh" && dense[0].shape.bias &&
                      !dense[0].shape.residual && !modules.parameters().empty() &&
                      encoder.directory.truncate == 0;
  if (!pools_cls || !pooler || task.reading.normalize)
    refuse(task,
           "does not read [CLS] through a pooler (one dense layer with tanh, not normalised), as "
           "BertForSequenceClassification does");
}

}  // namespace

void write_hugging_face_head(LoadedRun& run, const std::string& task_name, const fs::path& run_directory,
                             const fs::path& directory) {
  Encoder& encoder = run.encoder;
  const Task& task = find_task(run, task_name);
  check(task, encoder);
  const bool tokens = task.plugin == "token_classification";
  const std::int64_t depth = encoder.model->backbone().shape().layers, layers = task.reading.layer_in(depth);

  std::vector<nn::NamedParameter> tensors;
  for (auto& [name, tensor] : checkpoint_tensors(encoder, run.adapters)) {
    const auto target = encoder.model->backbone().weight_target(name);
    if (layer_of_parameter(target->parameter) >= layers) continue;
    tensors.push_back({name.starts_with(kPrefix) ? name : std::string(kPrefix) + name, tensor});
  }
  if (!tokens)
    for (auto& [name, tensor] : encoder.model->modules().dense(0).parameters())
      tensors.push_back({"bert.pooler.dense" + name.substr(name.find('.')), tensor.detach().contiguous()});
  for (auto& [name, tensor] : task.head->parameters())
    tensors.push_back({"classifier" + name.substr(name.find('.')), tensor.detach().contiguous()});

  Value by_id{Value::Table{}}, by_label{Value::Table{}};
  const std::vector<std::string> outputs = outputs_of(task);
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    by_id.set(std::to_string(i), outputs[i]);
    by_label.set(outputs[i], static_cast<std::int64_t>(i));
  }
  const std::string kind = tokens ? "BertForTokenClassification" : "BertForSequenceClassification";
  Value config = float32_config(encoder.directory.config);
  config.set("architectures", Value(Value::Array{kind}));
  config.set("num_hidden_layers", layers);
  config.set("id2label", std::move(by_id));
  config.set("label2id", std::move(by_label));
  if (!tokens)
    config.set("problem_type", task.plugin == "regression" ? "regression" : "single_label_classification");

  NewDirectory target(directory);
  write_tensors(target.folder() / "model.safetensors", tensors);
  write_file_atomically(target.folder() / "config.json", config.json() + "\n");
  copy_tokenizer(encoder.directory.transformer, target.folder());
  if (encoder.max_tokens > 0) write_token_limit(target.folder(), encoder.max_tokens);
  const std::string pipeline = tokens ? "token-classification" : "text-classification";
  write_file_atomically(
      target.folder() / "README.md",
      model_card(run_directory, encoder, "transformers", pipeline,
                 "from transformers import pipeline\n\n" + std::string("tag = pipeline(\"") + pipeline +
                     "\", \"path/to/this/directory\"" + (tokens ? ", aggregation_strategy=\"first\"" : "") +
                     ")\nprint(tag(\"a sentence\"))\n"));
  target.commit();
}

}  // namespace mtt

#include "export/hugging_face_head.h"

#include <algorithm>

#include "export/hugging_face_files.h"
#include "export/model_card.h"
#include "export/sentence_transformers_directory.h"
#include "io/file.h"
#include "io/new_directory.h"
#include "model/checkpoint_tensors.h"
#include "model/tensor_file.h"
#include "mtt/error.h"
#include "mtt/label_set.h"
#include "run/linear_head_file.h"
#include "value/listed.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

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
              "; use the run's own directory with mtt");
}

std::string problem_type(ProblemType type) {
  if (type == ProblemType::regression) return "regression";
  return type == ProblemType::multi_label ? "multi_label_classification" : "single_label_classification";
}

bool is_tagger(const Task& task) { return task.problem_type == ProblemType::token_classification; }

/// Whether the head reads what the backbone's class for sentences does.
bool reads_pooler(const Task& task, const Encoder& encoder) {
  const SentenceModules& modules = encoder.model->modules();
  if (!encoder.model->backbone().hugging_face_classes() || !encoder.prompt.empty() ||
      encoder.directory.truncate != 0 || modules.pooling().modes != std::vector{PoolingMode::cls} ||
      task.reading.pooling || task.reading.normalize || encoder.directory.dense.size() != 1 ||
      modules.parameters().empty())
    return false;
  const SentenceModules::DenseShape& dense = encoder.directory.dense[0].shape;
  const std::int64_t hidden = encoder.model->backbone().shape().hidden;
  return dense.in == hidden && dense.out == hidden && dense.activation == "tanh" && dense.bias &&
         !dense.residual;
}

void check(const Task& task, const Encoder& encoder) {
  if (task.problem_type == ProblemType::none)
    refuse(task, "cannot be exported: it declares no ProblemType, so other programs have no class for it");
  task.output_names();
  if (task.reading.layer == 0)
    refuse(task, "reads the embeddings (layer = 0), and other programs need at least one layer");
  if (task.joint(true) && (is_tagger(task) || !reads_pooler(task, encoder)))
    refuse(task,
           "reads joint pairs, and other programs read a text by itself; only a classifier that reads [CLS] "
           "through a pooler can be exported");
  if (!is_tagger(task)) return;
  if (!encoder.model->backbone().hugging_face_classes())
    refuse(task, "has a backbone of type '" + encoder.directory.model_type +
                     "', whose plugin names no Hugging Face class with a token head");
  if (!encoder.prompt.empty())
    refuse(task, "was trained with a prompt, which a pipeline does not add to its texts");
}

std::string card_of(const fs::path& run_directory, const Encoder& encoder, const std::string& pipeline,
                    const std::string& more) {
  return model_card(
      run_directory, encoder, "transformers", pipeline,
      "from transformers import pipeline\n\ntag = pipeline(\"" + pipeline + "\", \"path/to/this/directory\"" +
          more + ")\nprint(tag(\"a sentence\"))\n" +
          (more.empty()
               ? ""
               : "# The run itself decodes with valid sequences of tags only, so entities can differ.\n"));
}

void write_class(LoadedRun& run, const Task& task, const fs::path& run_directory, const fs::path& folder) {
  Encoder& encoder = run.encoder;
  const HuggingFaceClasses classes = encoder.model->backbone().hugging_face_classes().value();
  const bool tokens = is_tagger(task);
  const std::int64_t layers = task.reading.layer_in(encoder.model->backbone().shape().layers);
  std::vector<nn::NamedParameter> tensors;
  for (auto& [name, tensor] : encoder_tensors(encoder, run.adapters, layers))
    tensors.push_back({name.starts_with(classes.prefix) ? name : classes.prefix + name, tensor});
  if (!tokens)
    for (auto& [name, tensor] : encoder.model->modules().dense(0).parameters())
      tensors.push_back({classes.pooler + name.substr(name.find('.')), tensor.detach().contiguous()});
  for (auto& [name, tensor] : task.module().parameters())
    tensors.push_back({classes.classifier + name.substr(name.find('.')), tensor.detach().contiguous()});

  Value by_id{Value::Table{}}, by_label{Value::Table{}};
  const std::vector<std::string> outputs = task.output_names();
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    by_id.set(std::to_string(i), outputs[i]);
    by_label.set(outputs[i], static_cast<std::int64_t>(i));
  }
  Value config = encoder_config(encoder.directory.config);
  set_layers(config, layers);
  config.set("architectures",
             Value(Value::Array{tokens ? classes.token_classification : classes.sequence_classification}));
  config.set("id2label", std::move(by_id));
  config.set("label2id", std::move(by_label));
  if (!tokens) config.set("problem_type", problem_type(task.problem_type));

  save_tensors(folder / "model.safetensors", tensors);
  write_file_atomically(folder / "config.json", config.json() + "\n");
  copy_tokenizer(encoder.directory.transformer, folder);
  if (encoder.max_tokens > 0) write_token_limit(folder, encoder.max_tokens);
  write_file_atomically(folder / "README.md", card_of(run_directory, encoder,
                                                      tokens ? "token-classification" : "text-classification",
                                                      tokens ? ", aggregation_strategy=\"first\"" : ""));
}

/// The vectors that a sentence head reads, as a model of their own.
EncoderParts parts_of(const Task& task, const Encoder& encoder) {
  EncoderParts parts = all_parts(encoder);
  parts.layers = task.reading.layer_in(parts.layers);
  parts.normalize = task.reading.normalize;
  if (!task.reading.pooling) return parts;
  parts.pooling = *task.reading.pooling;
  parts.dense = false;
  parts.truncate = 0;
  return parts;
}

double threshold_of(const LoadedRun& run, const std::string& task) {
  for (const TaskConfig& config : run.experiment.tasks)
    if (config.name == task)
      if (const Value* threshold = config.head.find("threshold")) return threshold->number();
  return 0.5;
}

void write_linear(LoadedRun& run, const Task& task, const fs::path& run_directory, const fs::path& folder) {
  write_encoder_files(run, parts_of(task, run.encoder), folder);
  write_linear_head(folder / kLinearHeadFile, task, threshold_of(run, task.name));
  const std::string function =
      task.problem_type == ProblemType::single_label  ? "softmax(logits) gives the probabilities"
      : task.problem_type == ProblemType::multi_label ? "the sigmoid of a logit gives its probability"
                                                      : "the logits are the predicted values";
  write_file_atomically(
      folder / "README.md",
      model_card(run_directory, run.encoder, "sentence-transformers", "text-classification",
                 "import json\nfrom safetensors import safe_open\n"
                 "from sentence_transformers import SentenceTransformer\n\n"
                 "head = safe_open(\"path/to/this/directory/head.safetensors\", \"np\")\n"
                 "vectors = SentenceTransformer(\"path/to/this/directory\").encode([\"a sentence\"])\n"
                 "logits = vectors @ head.get_tensor(\"weight\").T + head.get_tensor(\"bias\")\n"
                 "labels = json.loads(head.metadata()[\"labels\"])  # one per column of the logits; " +
                     function + "\n"));
}

}  // namespace

void write_hugging_face_head(LoadedRun& run, const std::string& task_name, const fs::path& run_directory,
                             const fs::path& directory) {
  const Task& task = find_task(run, task_name);
  check(task, run.encoder);
  NewDirectory target(directory);
  if (is_tagger(task) || reads_pooler(task, run.encoder))
    write_class(run, task, run_directory, target.folder());
  else
    write_linear(run, task, run_directory, target.folder());
  target.commit();
}

}  // namespace mtt

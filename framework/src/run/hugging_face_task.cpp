#include "run/hugging_face_task.h"

#include <algorithm>

#include "io/weights.h"
#include "model/weight_loading.h"
#include "mtt/error.h"
#include "mtt/label_set.h"
#include "plugin/make_parts.h"
#include "run/cross_encoder_head.h"
#include "run/head_behind_dense.h"
#include "run/hugging_face_head.h"
#include "run/pipeline_tagger.h"
#include "value/utf8.h"

namespace mtt {
namespace {

constexpr const char* kEnds[] = {"E-", "S-", "L-", "U-"};  // of the schemes BIOES and BILOU

/// The name in a checkpoint of the encoder alone: "pooler.dense" of "bert.pooler.dense".
std::string in_encoder(const std::string& name) {
  const std::size_t pooler = name.find("pooler");
  return pooler == std::string::npos ? name : name.substr(pooler);
}

/// Fills the module's parameters whose names end in "weight" and "bias" from the layer `name` of a
/// checkpoint.
void load_layer(nn::Module& module, const Weights& weights, const std::string& name,
                const HuggingFaceHead& head) {
  const std::string other = in_encoder(name);
  for (const auto& [parameter, tensor] : module.parameters()) {
    const std::string part = parameter.substr(parameter.rfind('.') + 1);
    const bool found =
        std::any_of(weights.tensors().begin(), weights.tensors().end(), [&](const TensorView& view) {
          return view.name == name + "." + part || view.name == other + "." + part;
        });
    if (!found)
      throw Error(weights.source() + ": the tensor '" + name + "." + part +
                  "' is missing, which the head of " + head.architecture +
                  " needs; 'mtt encode' works without it");
  }
  std::vector<std::string> unused;
  load_weights(
      module, weights,
      [&](std::string_view tensor) {
        for (const auto& [parameter, value] : module.parameters()) {
          const std::string part = parameter.substr(parameter.rfind('.') + 1);
          if (tensor == name + "." + part || tensor == other + "." + part) return WeightTarget{parameter};
        }
        return WeightTarget{};
      },
      unused);
}

void check_rows(const Weights& weights, const HuggingFaceHead& head) {
  for (const TensorView& view : weights.tensors()) {
    if (view.name != head.classifier + ".weight" || view.shape.empty()) continue;
    if (view.shape[0] != static_cast<std::int64_t>(head.labels.size()))
      throw Error(weights.source() + ": tensor '" + view.name + "' has " + std::to_string(view.shape[0]) +
                  " rows, but config.json has " + std::to_string(head.labels.size()) +
                  " labels (id2label); they do not match");
  }
}

/// The characters of every token.
std::vector<std::int32_t> token_lengths(const Tokenizer& tokenizer) {
  std::vector<std::int32_t> lengths;
  for (std::int64_t id = 0; id < tokenizer.vocabulary_size(); ++id)
    lengths.push_back(
        static_cast<std::int32_t>(count_code_points(tokenizer.token(static_cast<std::int32_t>(id)))));
  return lengths;
}

void warn_of_tags(const std::vector<std::string>& tags, const Value& config,
                  std::vector<std::string>& warnings) {
  const auto marks_ends = [](const std::string& tag) {
    return std::any_of(std::begin(kEnds), std::end(kEnds),
                       [&](const char* begin) { return tag.starts_with(begin); });
  };
  const auto found = std::find_if(tags.begin(), tags.end(), marks_ends);
  if (found != tags.end())
    warnings.push_back(config.at("id2label").place().prefix() + "the tag " + Value(*found).json() +
                       " is none of O, B-x and I-x; an entity ends wherever tags differ in more than B- and "
                       "I-, as in transformers' pipeline");
}

Task tagger(const HuggingFaceHead& config, const Encoder& encoder, const Weights& weights,
            std::vector<std::string>& warnings) {
  warn_of_tags(config.labels, encoder.directory.config, warnings);
  const WordMarks& words = encoder.directory.words;
  auto head = std::make_unique<PipelineTagger>(
      config.labels, words.prefix ? token_lengths(*encoder.directory.tokenizer) : std::vector<std::int32_t>(),
      words.unknown);
  head->build(encoder.model->backbone().shape().hidden);
  load_layer(head->classifier(), weights, config.classifier, config);
  return {"tags", config.architecture, Reading{}, std::move(head), true, config.type};
}

/// The head that a plugin has for such a classifier.
std::unique_ptr<Head> classifier_head(const HuggingFaceHead& config, const HeadPlugin& plugin) {
  Value options;
  if (plugin.options.find("labels")) options.set("labels", LabelSet(config.labels).value());
  return make_head(plugin, Options::read(plugin.options, options, "the head"));
}

Task classifier(const HuggingFaceHead& config, const Encoder& encoder, PluginCatalog& plugins,
                const Weights& weights) {
  const auto activation = cross_encoder_activation(encoder, config.labels.size());
  std::string plugin = config.architecture;
  std::unique_ptr<Head> inner;
  if (activation) {
    inner = std::make_unique<CrossEncoderHead>(config.labels, *activation);
  } else {
    const HeadPlugin found = plugins.head_for(config.type);
    plugin = found.name;
    inner = classifier_head(config, found);
  }
  auto head = std::make_unique<HeadBehindDense>(std::move(inner), config.activation);
  HeadBehindDense& behind = *head;
  Task task("label", plugin, Reading{.pooling = Pooling{.modes = {PoolingMode::cls}}}, std::move(head), true,
            config.type);
  task.input = activation ? InputKind::joint : InputKind::text_or_joint;
  task.learn_labels({});
  task.build(encoder.model->backbone().shape().hidden);
  load_layer(behind.dense(), weights, config.dense, config);
  load_layer(behind.inner(), weights, config.classifier, config);
  return task;
}

}  // namespace

std::optional<Task> hugging_face_task(const Encoder& encoder, PluginCatalog& plugins,
                                      std::vector<std::string>& warnings) {
  const Value& config = encoder.directory.config;
  const std::optional<HuggingFaceHead> head = hugging_face_head(config);
  if (!head) {
    if (const std::string name = unknown_head(config); !name.empty())
      config.at("architectures")
          .refuse("the head of " + name +
                  " is not supported; 'mtt encode' gives the vectors of this directory");
    return std::nullopt;
  }
  const Weights weights = Weights::read(encoder.directory.transformer);
  check_rows(weights, *head);
  if (head->dense.empty()) return tagger(*head, encoder, weights, warnings);
  return classifier(*head, encoder, plugins, weights);
}

}  // namespace mtt

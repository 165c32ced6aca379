#include "model/encoder.h"

#include <algorithm>

#include "io/model_cache.h"
#include "model/checkpoint_precision.h"
#include "model/peft_adapter.h"
#include "model/tokenizer_directory.h"
#include "model/weight_loading.h"
#include "mtt/error.h"
#include "plugin/make_parts.h"

namespace mtt {
namespace {

std::optional<WeightTarget> dense_target(std::string_view name) {
  if (name.starts_with("linear.") || name == "residual.weight") return WeightTarget{std::string(name)};
  return std::nullopt;
}

std::int64_t token_limit(const EncoderSettings& settings, const Encoder& encoder) {
  const std::int64_t positions = encoder.model->backbone().shape().positions;
  if (positions > 0 && settings.max_tokens > positions) {
    throw Error("the limit of " + std::to_string(settings.max_tokens) +
                " tokens (max_tokens or --max-tokens) is higher than the " + std::to_string(positions) +
                " positions of the model; lower it");
  }
  const std::int64_t limit = settings.max_tokens > 0 ? settings.max_tokens : encoder.directory.max_tokens;
  return positions > 0 && (limit == 0 || limit > positions) ? positions : limit;
}

}  // namespace

EncoderSettings EncoderSettings::from(const Options& backbone) {
  return {.model = backbone.string("model"),
          .plugin = backbone.string("plugin"),
          .pooling = backbone.strings("pooling"),
          .normalize = backbone.string("normalize"),
          .max_tokens = backbone.integer("max_tokens"),
          .prompt = backbone.string("prompt"),
          .options = backbone.value("options")};
}

std::optional<Pooling> pooling_of(const std::vector<std::string>& words, bool include_prompt) {
  if (words == std::vector<std::string>{"model"}) return std::nullopt;
  Pooling pooling;
  pooling.modes.clear();
  pooling.include_prompt = include_prompt;
  for (const std::string& word : words) {
    if (word == "model")
      throw Error(
          "pooling 'model' cannot be combined with others; write either \"model\" or a list of poolings");
    pooling.modes.push_back(pooling_mode(word));
  }
  if (pooling.modes.empty()) throw Error("pooling is an empty list; write \"model\" or at least one pooling");
  return pooling;
}

Encoder load_encoder(const EncoderSettings& settings, PluginCatalog& plugins) {
  Encoder encoder;
  std::filesystem::path path = find_model(settings.model);
  const std::optional<PeftAdapter> adapter = PeftAdapter::read(path);
  if (adapter) path = find_model(adapter->base);
  encoder.directory = ModelDirectory::read(path, settings.follows_modules);
  ModelDirectory& directory = encoder.directory;
  const BackbonePlugin plugin = settings.plugin == "auto" ? plugins.backbone_for(directory.model_type)
                                                          : plugins.backbone(settings.plugin);
  encoder.plugin = plugin.name;
  encoder.serves_model_type = std::find(plugin.model_types.begin(), plugin.model_types.end(),
                                        directory.model_type) != plugin.model_types.end();
  encoder.backbone_options = Options::read(plugin.options, settings.options, "[backbone.options]");
  GuardedBackbone backbone(make_backbone(plugin, directory.config, encoder.backbone_options), plugin.name);

  const auto own_pooling = pooling_of(settings.pooling, directory.pooling.include_prompt);
  std::vector<SentenceModules::DenseShape> dense;
  if (!own_pooling)
    for (const DenseModule& module : directory.dense) dense.push_back(module.shape);
  else if (!directory.dense.empty())
    directory.warnings.emplace_back(
        "the model's dense layers are not used, because [backbone] sets another pooling");
  const bool normalize = settings.normalize == "model" ? directory.normalize : settings.normalize == "yes";
  auto modules = std::make_unique<SentenceModules>(
      backbone.shape().hidden, own_pooling.value_or(directory.pooling), dense, normalize, directory.truncate);

  const Weights weights = Weights::read(directory.transformer);
  encoder.is_int8 = weights.is_int8();
  if (encoder.is_int8 && !settings.accepts_int8)
    throw Error(
        "the model '" + path.string() +
        "' has weights of 8 bits, which are for inference alone; train the model that it was exported from");
  check_precision(directory.config, directory.transformer / "config.json", weights, directory.warnings);
  load_weights(
      backbone.module(), weights, [&](std::string_view name) { return backbone.weight_target(name); },
      encoder.warnings);
  if (adapter) adapter->merge_into(backbone);
  for (std::size_t i = 0; i < dense.size(); ++i)
    load_weights(modules->dense(i), Weights::read(directory.dense[i].directory), dense_target,
                 encoder.warnings);
  encoder.warnings.insert(encoder.warnings.begin(), directory.warnings.begin(), directory.warnings.end());

  check_embedding(directory.transformer, *directory.tokenizer, directory.listed_tokens,
                  backbone.shape().vocabulary, encoder.warnings);
  encoder.model = std::make_unique<MultiTaskModel>(std::move(backbone), std::move(modules));
  encoder.max_tokens = token_limit(settings, encoder);
  encoder.prompt = directory.prompt_text(settings.prompt);
  return encoder;
}

}  // namespace mtt

#include "bert_names.h"

#include <array>
#include <string>
#include <utility>

namespace {

using Pair = std::pair<std::string_view, std::string_view>;

/// How one model type names what is within a layer.
struct Dialect {
  std::string_view prefix, layers;
  std::array<std::string_view, 3> qkv;
  std::array<Pair, 5> modules;
};

constexpr std::array<Pair, 5> kBertModules = {{{"attention.output.dense", "attention.output"},
                                               {"attention.output.LayerNorm", "attention.norm"},
                                               {"intermediate.dense", "ffn.intermediate"},
                                               {"output.dense", "ffn.output"},
                                               {"output.LayerNorm", "ffn.norm"}}};
constexpr std::array<std::string_view, 3> kBertQkv = {"attention.self.query", "attention.self.key",
                                                      "attention.self.value"};
constexpr Dialect kBertNames = {"bert.", "encoder.layer.", kBertQkv, kBertModules};
constexpr Dialect kRoberta = {"roberta.", "encoder.layer.", kBertQkv, kBertModules};
constexpr Dialect kElectra = {"electra.", "encoder.layer.", kBertQkv, kBertModules};
constexpr Dialect kDistilBertNames = {"distilbert.",
                                      "transformer.layer.",
                                      {"attention.q_lin", "attention.k_lin", "attention.v_lin"},
                                      {{{"attention.out_lin", "attention.output"},
                                        {"sa_layer_norm", "attention.norm"},
                                        {"ffn.lin1", "ffn.intermediate"},
                                        {"ffn.lin2", "ffn.output"},
                                        {"output_layer_norm", "ffn.norm"}}}};
constexpr Dialect kMpnet = {"mpnet.",
                            "encoder.layer.",
                            {"attention.attn.q", "attention.attn.k", "attention.attn.v"},
                            {{{"attention.attn.o", "attention.output"},
                              {"attention.LayerNorm", "attention.norm"},
                              {"intermediate.dense", "ffn.intermediate"},
                              {"output.dense", "ffn.output"},
                              {"output.LayerNorm", "ffn.norm"}}}};

constexpr Dialect kAlbert = {"albert.",
                             "encoder.albert_layer_groups.0.albert_layers.",
                             {"attention.query", "attention.key", "attention.value"},
                             {{{"attention.dense", "attention.output"},
                               {"attention.LayerNorm", "attention.norm"},
                               {"ffn", "ffn.intermediate"},
                               {"ffn_output", "ffn.output"},
                               {"full_layer_layer_norm", "ffn.norm"}}}};

const Dialect& dialect_of(const std::string& model_type) {
  if (model_type == "distilbert") return kDistilBertNames;
  if (model_type == "mpnet") return kMpnet;
  if (model_type == "albert") return kAlbert;
  if (model_type == "electra") return kElectra;
  if (model_type == "roberta" || model_type == "xlm-roberta" || model_type == "camembert") return kRoberta;
  return kBertNames;
}

/// Poolers, heads of pre-training and of tasks.
bool is_beyond(std::string_view name) {
  for (const std::string_view part :
       {"pooler.", "cls.", "lm_head.", "vocab_transform.", "vocab_layer_norm.", "vocab_projector.",
        "pre_classifier.", "classifier.", "discriminator_predictions.", "generator_predictions.",
        "generator_lm_head.", "qa_outputs.", "predictions.", "sop_classifier."})
    if (name.starts_with(part)) return true;
  return false;
}

}  // namespace

std::optional<mtt::WeightTarget> bert_weight_target(const BertConfig& config, std::string_view name) {
  const Dialect& dialect = dialect_of(config.model_type);
  if (name.starts_with(dialect.prefix)) name.remove_prefix(dialect.prefix.size());
  if (is_beyond(name) || name == "embeddings.position_ids" || name == "embeddings.token_type_ids")
    return mtt::WeightTarget{};
  constexpr std::array<Pair, 4> kEmbeddings = {{
      {"embeddings.word_embeddings.weight", "embeddings.word.weight"},
      {"embeddings.position_embeddings.weight", "embeddings.position.weight"},
      {"embeddings.token_type_embeddings.weight", "embeddings.type.weight"},
      {"encoder.relative_attention_bias.weight", "embeddings.relative_bias.weight"},
  }};
  for (const auto& [theirs, ours] : kEmbeddings)
    if (name == theirs) return mtt::WeightTarget{std::string(ours)};

  const auto dot = name.rfind('.');
  if (dot == std::string_view::npos) return std::nullopt;
  std::string kind(name.substr(dot + 1));
  if (kind == "gamma") kind = "weight";
  if (kind == "beta") kind = "bias";
  std::string_view module = name.substr(0, dot);
  if (module == "embeddings.LayerNorm") return mtt::WeightTarget{"embeddings.norm." + kind};
  if (module == "embeddings_project" || module == "encoder.embedding_hidden_mapping_in")
    return mtt::WeightTarget{"embeddings.project." + kind};

  if (!module.starts_with(dialect.layers)) return std::nullopt;
  module.remove_prefix(dialect.layers.size());
  const auto end = module.find('.');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string prefix = "layers." + std::string(module.substr(0, end)) + ".";
  module.remove_prefix(end + 1);
  for (std::size_t i = 0; i < dialect.qkv.size(); ++i)
    if (module == dialect.qkv[i])
      return mtt::WeightTarget{prefix + "attention.qkv." + kind,
                               static_cast<std::int64_t>(i) * config.hidden_size};
  for (const auto& [theirs, ours] : dialect.modules)
    if (module == theirs) return mtt::WeightTarget{prefix + std::string(ours) + "." + kind};
  return std::nullopt;
}

std::optional<mtt::HuggingFaceClasses> bert_classes(const BertConfig& config) {
  if (config.model_type != "bert") return std::nullopt;
  return mtt::HuggingFaceClasses{.token_classification = "BertForTokenClassification",
                                 .sequence_classification = "BertForSequenceClassification",
                                 .prefix = "bert.",
                                 .pooler = "bert.pooler.dense",
                                 .classifier = "classifier"};
}

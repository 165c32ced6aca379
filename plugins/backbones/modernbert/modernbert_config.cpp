#include "modernbert_config.h"

#include "mtt/error.h"
#include "mtt/nn/layers.h"

using mtt::Value;

namespace {

std::int64_t size(const Value& config, const char* key, std::int64_t limit) {
  const Value& value = config.at(key);
  const std::int64_t n = value.integer();
  if (n < 1 || n > limit)
    value.refuse(std::string(key) + " is " + std::to_string(n) + "; expected 1 to " + std::to_string(limit));
  return n;
}

void read_number(const Value& config, const char* key, double low, double high, double& into) {
  const Value* value = config.find(key);
  if (!value || value->is(Value::Kind::null)) return;
  into = value->number();
  if (!(into >= low && into <= high)) value->refuse(std::string(key) + " is out of range");
}

/// The bases of the rotary positions: two keys of their own, or since transformers 5 one table a kind of
/// layer.
void read_thetas(const Value& config, ModernBertConfig& c) {
  constexpr double kMost = 1e12;
  read_number(config, "global_rope_theta", 1, kMost, c.global_rope_theta);
  read_number(config, "local_rope_theta", 1, kMost, c.local_rope_theta);
  const Value* tables = config.find("rope_parameters");
  if (!tables || tables->is(Value::Kind::null)) return;
  for (const auto& [kind, theta] :
       {std::pair{"full_attention", &c.global_rope_theta}, {"sliding_attention", &c.local_rope_theta}}) {
    const Value* table = tables->find(kind);
    if (!table || table->is(Value::Kind::null)) continue;
    if (const Value* type = table->find("rope_type"); type && type->string() != "default")
      type->refuse("rope_type '" + type->string() + "' is not supported; expected 'default'");
    read_number(*table, "rope_theta", 1, kMost, *theta);
  }
}

void read_layers(const Value& config, ModernBertConfig& c) {
  const Value* types = config.find("layer_types");
  if (types && !types->is(Value::Kind::null)) {
    for (const Value& type : types->array()) {
      if (type.string() != "full_attention" && type.string() != "sliding_attention")
        type.refuse("the layer type '" + type.string() +
                    "' is not supported; expected 'full_attention' or 'sliding_attention'");
      c.global.push_back(type.string() == "full_attention");
    }
    if (static_cast<std::int64_t>(c.global.size()) != c.num_hidden_layers)
      types->refuse("layer_types has " + std::to_string(c.global.size()) + " entries for " +
                    std::to_string(c.num_hidden_layers) + " layers");
    return;
  }
  const std::int64_t every =
      config.find("global_attn_every_n_layers") ? size(config, "global_attn_every_n_layers", 512) : 3;
  for (std::int64_t i = 0; i < c.num_hidden_layers; ++i) c.global.push_back(i % every == 0);
}

}  // namespace

ModernBertConfig ModernBertConfig::read(const Value& config) {
  ModernBertConfig c;
  c.vocab_size = size(config, "vocab_size", 4'000'000);
  c.hidden_size = size(config, "hidden_size", 16'384);
  c.num_hidden_layers = size(config, "num_hidden_layers", 512);
  c.num_attention_heads = size(config, "num_attention_heads", 1'024);
  c.intermediate_size = size(config, "intermediate_size", 131'072);
  c.max_position_embeddings = size(config, "max_position_embeddings", 1'000'000);
  if (config.find("local_attention")) c.local_attention = size(config, "local_attention", 1'000'000);
  if (c.hidden_size % (2 * c.num_attention_heads) != 0)
    config.at("num_attention_heads")
        .refuse("hidden_size " + std::to_string(c.hidden_size) + " is not divisible by " +
                std::to_string(c.num_attention_heads) + " attention heads of even size");
  for (const char* bias : {"attention_bias", "mlp_bias", "norm_bias"})
    if (const Value* value = config.find(bias); value && value->is(Value::Kind::boolean) && value->boolean())
      value->refuse(std::string(bias) + " = true is not supported; the published models have no biases");
  read_layers(config, c);
  read_thetas(config, c);
  read_number(config, "norm_eps", 0, 1, c.norm_eps);
  read_number(config, "embedding_dropout", 0, 0.99, c.embedding_dropout);
  read_number(config, "mlp_dropout", 0, 0.99, c.mlp_dropout);
  read_number(config, "attention_dropout", 0, 0.99, c.attention_dropout);
  if (const Value* activation = config.find("hidden_activation")) {
    c.hidden_activation = activation->string();
    try {
      mtt::nn::Activation check(c.hidden_activation);
    } catch (const mtt::Error& error) {
      activation->refuse(error.what());
    }
  }
  return c;
}

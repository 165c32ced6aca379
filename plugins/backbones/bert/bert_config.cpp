#include "bert_config.h"

#include <utility>

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

void read_share(const Value& config, const char* key, double& into) {
  const Value* value = config.find(key);
  if (!value) return;
  into = value->number();
  if (!(into >= 0 && into < 1)) value->refuse(std::string(key) + " is out of range; expected 0 to 1");
}

void read_activation(const Value& config, const char* key, std::string& into) {
  const Value* value = config.find(key);
  if (!value) return;
  into = value->string();
  try {
    mtt::nn::Activation check(into);
  } catch (const mtt::Error& error) {
    value->refuse(error.what());
  }
}

/// Which keys hold what; DistilBERT has names of its own.
struct Keys {
  const char *hidden, *layers, *heads, *intermediate, *dropout, *activation;
};
constexpr Keys kBert = {"hidden_size",       "num_hidden_layers",   "num_attention_heads",
                        "intermediate_size", "hidden_dropout_prob", "hidden_act"};
constexpr Keys kDistilBert = {"dim", "n_layers", "n_heads", "hidden_dim", "dropout", "activation"};

/// DistilBERT's own names and those that transformers also takes for them.
void check_other_names(const Value& config) {
  for (const auto& [own, other] :
       {std::pair{kDistilBert.hidden, kBert.hidden}, std::pair{kDistilBert.layers, kBert.layers},
        std::pair{kDistilBert.heads, kBert.heads}})
    if (const Value* value = config.find(other); value && value->json() != config.at(own).json())
      value->refuse(std::string(other) + " is " + value->json() + ", but " + own +
                    ", which is the same, is " + config.at(own).json() + "; remove the wrong one");
}

/// Position ids begin behind the id of the padding token, which for MPNet is 1 whatever the file says.
void read_offset(const Value& config, BertConfig& c) {
  std::int64_t padding = 1;
  if (const Value* id = config.find("pad_token_id");
      c.model_type != "mpnet" && id && !id->is(Value::Kind::null))
    padding = id->integer();
  c.position_offset = padding + 1;
  if (padding < 0 || c.position_offset >= c.max_position_embeddings)
    config.at("max_position_embeddings")
        .refuse("max_position_embeddings is " + std::to_string(c.max_position_embeddings) +
                ", which leaves no position after the padding id " + std::to_string(padding));
}

/// One group of one layer, as all published models have; others have parameters that depend on the depth.
void read_albert(const Value& config, BertConfig& c) {
  for (const char* key : {"num_hidden_groups", "inner_group_num"})
    if (const Value* value = config.find(key); value && value->integer() != 1)
      value->refuse(std::string(key) + " is " + value->json() +
                    "; expected 1, since the bert backbone supports ALBERT only with one shared layer");
  c.shares_layers = true;
  c.hidden_act = "gelu_new";
  c.hidden_dropout_prob = 0;
}

}  // namespace

BertConfig BertConfig::read(const Value& config) {
  BertConfig c;
  if (const Value* type = config.find("model_type")) c.model_type = type->string();
  const bool distil = c.model_type == "distilbert", mpnet = c.model_type == "mpnet";
  const bool albert = c.model_type == "albert";
  const bool roberta =
      c.model_type == "roberta" || c.model_type == "xlm-roberta" || c.model_type == "camembert";
  const Keys& keys = distil ? kDistilBert : kBert;
  if (distil) check_other_names(config);
  c.vocab_size = size(config, "vocab_size", 4'000'000);
  c.hidden_size = size(config, keys.hidden, 16'384);
  c.num_hidden_layers = size(config, keys.layers, 512);
  c.num_attention_heads = size(config, keys.heads, 1'024);
  c.intermediate_size = size(config, keys.intermediate, 131'072);
  c.max_position_embeddings = size(config, "max_position_embeddings", 1'000'000);
  c.embedding_size = c.hidden_size;
  if (distil || mpnet)
    c.type_vocab_size = 0;
  else if (config.find("type_vocab_size"))
    c.type_vocab_size = size(config, "type_vocab_size", 1'000);
  if (c.model_type == "electra" || albert)
    c.embedding_size = config.find("embedding_size") ? size(config, "embedding_size", 16'384) : 128;
  c.projects_embeddings = albert || c.embedding_size != c.hidden_size;
  if (albert) read_albert(config, c);
  if (roberta || mpnet) read_offset(config, c);
  if (mpnet) {
    c.relative_buckets = 32;
    if (config.find("relative_attention_num_buckets"))
      c.relative_buckets = size(config, "relative_attention_num_buckets", 4'096);
    if (c.relative_buckets % 4 != 0)
      config.at("relative_attention_num_buckets")
          .refuse("relative_attention_num_buckets is " + std::to_string(c.relative_buckets) +
                  "; expected a multiple of 4");
  }
  if (c.hidden_size % c.num_attention_heads != 0)
    config.at(keys.heads)
        .refuse(std::string(keys.hidden) + " " + std::to_string(c.hidden_size) + " is not divisible by " +
                std::to_string(c.num_attention_heads) + " attention heads");
  if (!distil) read_share(config, "layer_norm_eps", c.layer_norm_eps);  // DistilBERT's is a constant
  read_share(config, keys.dropout, c.hidden_dropout_prob);
  read_activation(config, keys.activation, c.hidden_act);
  if (const Value* position = config.find("position_embedding_type");
      position && !position->is(Value::Kind::null) && position->string() != "absolute")
    position->refuse("position_embedding_type '" + position->string() +
                     "' is not supported by the bert backbone; expected 'absolute'");
  if (const Value* sinusoidal = config.find("sinusoidal_pos_embds");
      sinusoidal && sinusoidal->is(Value::Kind::boolean) && sinusoidal->boolean())
    sinusoidal->refuse("sinusoidal position embeddings are not supported; expected false");
  if (const Value* decoder = config.find("is_decoder");
      decoder && decoder->is(Value::Kind::boolean) && decoder->boolean())
    decoder->refuse("this is a decoder; the bert backbone is an encoder");
  return c;
}

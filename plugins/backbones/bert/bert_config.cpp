#include "bert_config.h"

#include <cmath>

#include "mtt/error.h"
#include "mtt/nn/layers.h"

namespace {

std::int64_t size(const mtt::Value& config, const char* key, std::int64_t limit) {
  const mtt::Value& value = config.at(key);
  const std::int64_t n = value.integer();
  if (n < 1 || n > limit)
    value.refuse(std::string(key) + " is " + std::to_string(n) + "; expected 1 to " + std::to_string(limit));
  return n;
}

}  // namespace

BertConfig BertConfig::read(const mtt::Value& config) {
  BertConfig c;
  c.vocab_size = size(config, "vocab_size", 4'000'000);
  c.hidden_size = size(config, "hidden_size", 16'384);
  c.num_hidden_layers = size(config, "num_hidden_layers", 512);
  c.num_attention_heads = size(config, "num_attention_heads", 1'024);
  c.intermediate_size = size(config, "intermediate_size", 131'072);
  c.max_position_embeddings = size(config, "max_position_embeddings", 1'000'000);
  if (config.find("type_vocab_size")) c.type_vocab_size = size(config, "type_vocab_size", 1'000);

  if (c.hidden_size % c.num_attention_heads != 0) {
    config.at("num_attention_heads")
        .refuse("hidden_size " + std::to_string(c.hidden_size) + " does not divide into " +
                std::to_string(c.num_attention_heads) + " attention heads");
  }
  if (const auto* eps = config.find("layer_norm_eps")) {
    c.layer_norm_eps = eps->number();
    if (!(c.layer_norm_eps >= 0 && c.layer_norm_eps < 1))
      eps->refuse("layer_norm_eps is out of range; expected 0 to 1");
  }
  if (const auto* dropout = config.find("hidden_dropout_prob")) {
    c.hidden_dropout_prob = dropout->number();
    if (!(c.hidden_dropout_prob >= 0 && c.hidden_dropout_prob < 1))
      dropout->refuse("hidden_dropout_prob is out of range; expected 0 to 1");
  }
  if (const auto* act = config.find("hidden_act")) {
    c.hidden_act = act->string();
    try {
      mtt::nn::Activation check(c.hidden_act);
    } catch (const mtt::Error& error) {
      act->refuse(error.what());
    }
  }
  if (const auto* position = config.find("position_embedding_type");
      position && !position->is(mtt::Value::Kind::null) && position->string() != "absolute") {
    position->refuse("position_embedding_type '" + position->string() +
                     "' is not one that the bert backbone knows; expected 'absolute'");
  }
  if (const auto* decoder = config.find("is_decoder");
      decoder && decoder->is(mtt::Value::Kind::boolean) && decoder->boolean()) {
    decoder->refuse("this is a decoder; the bert backbone is an encoder");
  }
  return c;
}

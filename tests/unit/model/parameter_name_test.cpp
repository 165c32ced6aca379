#include "model/parameter_name.h"

#include "catch.h"

TEST_CASE("a parameter's name tells its part of the model") {
  CHECK(mtt::name_in_backbone("backbone.layers.3.ffn.norm.bias") == "layers.3.ffn.norm.bias");
  CHECK_FALSE(mtt::name_in_backbone("heads.backbone.weight"));
  CHECK(mtt::name_in_head("heads.intent.classifier.weight") == "classifier.weight");
  CHECK_FALSE(mtt::name_in_head("sentence.0.weight"));
  CHECK(mtt::task_of_parameter("heads.intent.classifier.weight") == "intent");
  CHECK(mtt::task_of_parameter("backbone.embeddings.word.weight").empty());
}

TEST_CASE("layers are those of layers.N alone") {
  CHECK(mtt::layer_of_parameter("layers.0.attention.qkv.weight") == 0);
  CHECK(mtt::layer_of_parameter("layers.11.ffn.norm.bias") == 11);
  CHECK(mtt::layer_of_parameter("embeddings.word.weight") == -1);
}

TEST_CASE("biases, normalisations and adapters are known by their names, whatever the task is called") {
  CHECK(mtt::is_bias("backbone.layers.0.attention.qkv.bias"));
  CHECK_FALSE(mtt::is_bias("backbone.layers.0.attention.qkv.weight"));
  CHECK(mtt::is_norm("backbone.layers.0.ffn.norm.weight"));
  CHECK_FALSE(mtt::is_norm("heads.norm.classifier.weight"));
  CHECK_FALSE(mtt::is_adapter("backbone.layers.0.ffn.norm.weight"));
}

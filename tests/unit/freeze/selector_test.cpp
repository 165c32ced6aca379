#include "freeze/selector.h"

#include "catch.h"

using mtt::selects;

TEST_CASE("a selector without a star is a name or a leading part of one") {
  CHECK(selects("backbone", "backbone.layers.0.ffn.output.weight"));
  CHECK(selects("backbone.layers.0", "backbone.layers.0.ffn.output.weight"));
  CHECK(selects("heads.intent.weight", "heads.intent.weight"));
  CHECK_FALSE(selects("heads.intent", "heads.intents.weight"));
  CHECK_FALSE(selects("heads.intent.weight", "heads.intent"));
  CHECK_FALSE(selects("backbone.layers.1", "backbone.layers.10.ffn.output.weight"));
  CHECK_FALSE(selects("layers.0", "backbone.layers.0.ffn.output.weight"));
}

TEST_CASE("a range stands for its numbers, both ends among them") {
  const auto layer = [](int n) { return "backbone.layers." + std::to_string(n) + ".x.weight"; };
  for (int n = 0; n < 13; ++n) {
    CHECK(selects("backbone.layers.2-11", layer(n)) == (n >= 2 && n <= 11));
    CHECK_FALSE(selects("backbone.layers.3-2", layer(n)));
  }
  CHECK_FALSE(selects("backbone.layers.0-3", "backbone.layers.x.weight"));
  CHECK(selects("heads.top-1", "heads.top-1.weight"));
  CHECK_FALSE(selects("heads.1-a", "heads.1.weight"));
}

TEST_CASE("stars stand for any characters, and then the whole name must match") {
  CHECK(selects("*", "backbone.embeddings.word.weight"));
  CHECK(selects("*.bias", "backbone.layers.0.ffn.norm.bias"));
  CHECK_FALSE(selects("*.bias", "backbone.layers.0.bias.weight"));
  CHECK(selects("*.norm.*", "backbone.embeddings.norm.weight"));
  CHECK_FALSE(selects("*.norm.*", "norm.weight"));
  CHECK(selects("backbone.*.weight", "backbone.layers.0.weight"));
  CHECK_FALSE(selects("backbone.*", "heads.backbone.weight"));
  CHECK(selects("**a*b", "xaxbxb"));
  CHECK_FALSE(selects("*ab", "aba"));
}

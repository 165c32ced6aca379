#include "mtt/backbone.h"

#include "catch.h"

using mtt::nn::Linear;

TEST_CASE("each layer has six adapter places: thirds of query, key and value, and three whole layers") {
  Linear qkv(8, 24), output(8, 8), intermediate(8, 20), last(10, 8);
  Linear qkv_1(8, 24), output_1(8, 8), intermediate_1(8, 20), last_1(10, 8);
  const auto places =
      mtt::places_of_layers({{qkv, output, intermediate, last}, {qkv_1, output_1, intermediate_1, last_1}});
  struct Expected {
    const char* name;
    std::int64_t layer;
    Linear* linear;
    std::int64_t first_row, rows;
  };
  const Expected expected[] = {
      {"attention.query", 0, &qkv, 0, 8},
      {"attention.key", 0, &qkv, 8, 8},
      {"attention.value", 0, &qkv, 16, 8},
      {"attention.output", 0, &output, 0, 8},
      {"ffn.intermediate", 0, &intermediate, 0, 20},
      {"ffn.output", 0, &last, 0, 8},
      {"attention.query", 1, &qkv_1, 0, 8},
      {"attention.key", 1, &qkv_1, 8, 8},
      {"attention.value", 1, &qkv_1, 16, 8},
      {"attention.output", 1, &output_1, 0, 8},
      {"ffn.intermediate", 1, &intermediate_1, 0, 20},
      {"ffn.output", 1, &last_1, 0, 8},
  };
  REQUIRE(places.size() == std::size(expected));
  for (std::size_t i = 0; i < places.size(); ++i) {
    INFO(i);
    CHECK(places[i].name == expected[i].name);
    CHECK(places[i].layer == expected[i].layer);
    CHECK(places[i].linear == expected[i].linear);
    CHECK(places[i].first_row == expected[i].first_row);
    CHECK(places[i].rows == expected[i].rows);
  }
}

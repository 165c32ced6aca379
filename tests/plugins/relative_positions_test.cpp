#include "backbones/bert/relative_positions.h"

#include <ATen/core/Tensor.h>

#include "catch.h"

TEST_CASE("relative positions have the buckets of T5 and MPNet") {
  // half of 32 for each direction; 0..7 exact, then logarithmic: 8..11, 12..15, 16..22, ... up to 128
  const std::pair<int, int> known[] = {{0, 0},    {-1, 1},   {-7, 7},   {-8, 8},    {-11, 8},   {-12, 9},
                                       {-16, 10}, {-32, 12}, {-64, 14}, {-127, 15}, {-128, 15}, {-9999, 15},
                                       {1, 17},   {7, 23},   {8, 24},   {16, 26},   {128, 31},  {9999, 31}};
  for (const auto& [distance, bucket] : known) {
    INFO(distance);
    CHECK(relative_bucket(distance, 32) == bucket);
  }
  for (int d = -300; d < 300; ++d) {
    CHECK(relative_bucket(d, 8) >= 0);
    CHECK(relative_bucket(d, 8) < 8);
    if (d < -1) CHECK(relative_bucket(d, 32) >= relative_bucket(d + 1, 32));
  }
}

TEST_CASE("the bias of a pair of tokens is the row of its bucket") {
  mtt::nn::Embedding table(32, 2);
  for (std::int64_t b = 0; b < 32; ++b)
    for (std::int64_t h = 0; h < 2; ++h) table.weight[b][h] = static_cast<double>(100 * h + b);
  const at::Tensor bias = relative_bias(table, 20);
  REQUIRE(bias.sizes() == at::IntArrayRef({2, 20, 20}));
  for (std::int64_t q = 0; q < 20; ++q)
    for (std::int64_t k = 0; k < 20; ++k)
      CHECK(bias[1][q][k].item<double>() == 100 + static_cast<double>(relative_bucket(k - q, 32)));
}

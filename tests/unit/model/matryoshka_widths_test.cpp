#include "model/matryoshka_widths.h"

#include "catch.h"
#include "value/json.h"

TEST_CASE("a model's file lists the widths of its vectors, or allows all, or none") {
  const auto widths = [](const char* config) {
    return mtt::matryoshka_widths(mtt::parse_json(config, "config.json"));
  };
  CHECK_FALSE(widths("{}").allow(64));
  CHECK_FALSE(widths(R"({"is_matryoshka": false})").allow(64));
  CHECK(widths(R"({"is_matryoshka": true})").allow(64));
  const auto listed = widths(R"({"is_matryoshka": true, "matryoshka_dimensions": [64, 128, "all"]})");
  CHECK(listed.allow(64));
  CHECK(listed.allow(128));
  CHECK_FALSE(listed.allow(96));
}

#include "report/prediction_text.h"

#include "catch.h"
#include "value/json.h"

TEST_CASE("entities are marked in their text") {
  const auto prediction =
      mtt::parse_json(R"({"entities":[{"start":5,"end":9,"label":"song","score":0.5}]})", "f");
  CHECK(mtt::prediction_text(prediction, "play tüte now") == "play [tüte](song 0.50) now");
  CHECK(mtt::prediction_text(mtt::parse_json(R"({"label":"a","score":1.0})", "f"), "") == "a 1.00");
}

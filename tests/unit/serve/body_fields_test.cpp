#include "serve/body_fields.h"

#include "catch.h"
#include "value/json.h"

TEST_CASE("values of a body are read by their kinds, and null counts as missing") {
  const mtt::Value body = mtt::parse_json(R"({"a": "x", "b": null, "c": true, "d": 3, "e": ["y"]})", "body");
  const mtt::BodyFields fields(body);
  CHECK(fields.text("a") == "x");
  CHECK_FALSE(fields.text("b"));
  CHECK(fields.flag("c", false));
  CHECK(fields.flag("b", true));
  CHECK(fields.integer("d") == 3);
  CHECK(fields.texts("e") == std::vector<std::string>{"y"});
  CHECK(fields.texts("f").empty());
}

TEST_CASE("what a body gets wrong is named with its place") {
  const mtt::Value body = mtt::parse_json("{\"a\": 1,\n \"b\": \"x\"}", "body");
  const mtt::BodyFields fields(body);
  CHECK_THROWS_WITH(fields.text("a"), Contains("body:1:7") && Contains("string"));
  CHECK_THROWS_WITH(fields.flag("b", true), Contains("body:2:7") && Contains("true or false"));
  CHECK_THROWS_WITH(fields.at("inputs"), Contains("'inputs' is missing"));
  CHECK_THROWS_WITH(fields.allow_only({"a", "c"}), Contains("unknown key \"b\"") && Contains("a, c"));
  CHECK_NOTHROW(fields.allow_only({"a", "b"}));
  const mtt::Value list = mtt::parse_json("[1]", "body");
  CHECK_THROWS_WITH(mtt::BodyFields(list), Contains("expected an object, found array"));
}

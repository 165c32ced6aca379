#include "value/json.h"

#include "catch.h"
#include "mtt/error.h"

using mtt::parse_json;

TEST_CASE(
    "what acts on a terminal is escaped in JSON and comes back, and bytes that are no text are refused") {
  const std::string text = "a\x1b\x7f\u009b\u061c\u200e\u2028\u202e\u2066\u00e9\U0001f600";
  const std::string json = mtt::Value(mtt::Value::Table{{text, text}}).json();
  const std::string escaped = "\"a\\u001b\\u007f\\u009b\\u061c\\u200e\\u2028\\u202e\\u2066\u00e9\U0001f600\"";
  CHECK(json == "{" + escaped + ":" + escaped + "}");
  CHECK(mtt::parse_json(json, "f").at(text).string() == text);
  CHECK_THROWS_WITH(mtt::Value("a\xff").json(), Contains("\"a\\xff\" is not valid UTF-8"));
}

TEST_CASE("JSON keeps kinds, order, escapes and places") {
  const auto v = parse_json("{\"b\": [1, -2.5e3, true, null],\n \"a\": \"\\u00e9\\ud83d\\ude00\\n\"}", "f");
  CHECK(v.json() == "{\"b\":[1,-2500.0,true,null],\"a\":\"é😀\\n\"}");
  CHECK(v.at("a").place().str() == "f:2:7");
  CHECK(v.at("b").array()[0].is(mtt::Value::Kind::integer));
  CHECK(parse_json("1000000000000000019884624838656", "f").number() == 1e30);
  CHECK(parse_json("-9223372036854775808", "f").integer() == std::numeric_limits<std::int64_t>::min());
  CHECK(parse_json("1e-400", "f").number() == 0);
  CHECK(parse_json(std::string(99, '[') + "1" + std::string(99, ']'), "f").is(mtt::Value::Kind::array));
}

TEST_CASE("wrong JSON says where") {
  for (const std::string bad : {"",
                                " ",
                                "{",
                                "[1,]",
                                "{\"a\":1,}",
                                "{a:1}",
                                "'a'",
                                "NaN",
                                "Infinity",
                                "-",
                                "01",
                                "1.",
                                ".5",
                                "1e",
                                "1 2",
                                "tru",
                                "\"a",
                                "\"\\x\"",
                                "\"\\u12\"",
                                "\"\\ud800\"",
                                "\"\\udc00\"",
                                "\"\\ud800\\u0041\"",
                                "\"a\nb\"",
                                "\xEF\xBB\xBF{}",
                                "\"\xff\"",
                                "{\"a\":1,\"a\":2}",
                                "{\"a\":1,\"\\u0061\":2}",
                                "9223372036854775809",
                                "1000000000000000000000000000000",
                                "1e400",
                                "[1}",
                                "{\"a\"}",
                                "[1]]"})
    CHECK_THROWS_WITH(parse_json(bad, "f"), Contains("f:1:"));
  CHECK_THROWS_WITH(parse_json(std::string(101, '['), "f"), Contains("deeper than 100"));
  CHECK_THROWS_WITH(parse_json(std::string("[1,\0 2]", 7), "f"), Contains("byte 0"));
  CHECK_THROWS_WITH(parse_json("{\n \"a\": x}", "f"), Contains("f:2:7"));
  CHECK_THROWS_WITH(mtt::parse_json_line("{", "f", 17), Contains("f:17:"));
}

TEST_CASE("a duplicate is found among many keys") {
  std::string text = "{";
  for (int i = 0; i < 1000; ++i) text += "\"k" + std::to_string(i) + "\":0,";
  CHECK_THROWS_WITH(parse_json(text + "\"k500\":0}", "f"), Contains("\"k500\" occurs twice"));
}

#include "io/jsonl.h"

#include "catch.h"

TEST_CASE("each line of JSONL is a value, with or without a newline at the end") {
  for (const char* text : {"{\"a\":1}\n[2]\n", "{\"a\":1}\n[2]"}) {
    const auto rows = mtt::parse_json_lines(text, "f.jsonl");
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].at("a").integer() == 1);
    CHECK(rows[1].array().size() == 1);
  }
  CHECK(mtt::parse_json_lines("", "f.jsonl").empty());
}

TEST_CASE("a line that is not JSON is named by its number") {
  CHECK_THROWS_WITH(mtt::parse_json_lines("1\n\n2\n", "f.jsonl"), Contains("f.jsonl:2:"));
  CHECK_THROWS_WITH(mtt::parse_json_lines("1\n{\"a\":", "f.jsonl"), Contains("f.jsonl:2:"));
}

TEST_CASE("a line that an interrupted write left is truncated") {
  CHECK(mtt::whole_lines("{\"a\":1}\n{\"b\"") == "{\"a\":1}\n");
  CHECK(mtt::whole_lines("{\"a\":1}\n{\"b\":2}") == "{\"a\":1}\n");
  CHECK(mtt::whole_lines("1\n2\n") == "1\n2\n");
  CHECK(mtt::whole_lines("torn").empty());
  CHECK(mtt::whole_lines("").empty());
}

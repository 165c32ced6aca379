#include "value/toml.h"

#include "catch.h"
#include "mtt/error.h"
#include "value/overrides.h"

using mtt::parse_toml;
using mtt::Value;

TEST_CASE("TOML keeps kinds, order and places") {
  const Value v = parse_toml("b = 1\na = 1.0\n[t]\nx = [true, 'y']\n", "f");
  CHECK(v.json() == R"({"b":1,"a":1.0,"t":{"x":[true,"y"]}})");
  CHECK(v.at("a").place().str() == "f:2:1");
  CHECK(v.at("t").at("x").place().str() == "f:4:1");
}

TEST_CASE("hostile TOML is refused before it reaches the parser") {
  std::string dotted = "a";
  for (int i = 0; i < 200'000; ++i) dotted += ".a";
  CHECK_THROWS_WITH(parse_toml(dotted + " = 1", "f"), Contains("f:1:") && Contains("deeper than 32"));
  CHECK_THROWS_WITH(parse_toml("a = " + std::string(1000, '['), "f"), Contains("nesting"));
  CHECK_THROWS_WITH(parse_toml(std::string(10u << 20, '\n'), "f"), Contains("at most 1048576"));
  CHECK_THROWS_WITH(parse_toml("a = ridge", "f"), Contains("f:1:") && Contains("is written in quotes"));
  CHECK_THROWS_WITH(parse_toml("a = '\xff'", "f"), Contains("UTF-8"));
  CHECK_NOTHROW(parse_toml("a = '" + std::string(100, '.') + "' # " + std::string(100, '['), "f"));
  CHECK_NOTHROW(parse_toml("a = [1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5]", "f"));
}

TEST_CASE("characters outside of ASCII need quotes") {
  CHECK_THROWS_WITH(parse_toml("\xef\xbb\xbb\xd1\xbf", "f"),
                    Contains("f:1:1") && Contains("put quotes around it"));
  CHECK_THROWS_WITH(parse_toml("a = 1\nä = 1", "f"), Contains("f:2:1"));
  CHECK(parse_toml("\xEF\xBB\xBF\"ä\" = 'ö' # ü", "f").at("ä").string() == "ö");
}

TEST_CASE("TOML that is wrong says where") {
  for (const char* bad : {"a = 1\na = 2", "[t]\n[t]", "a = ", "a = nan", "a = -inf",
                          "a = 9223372036854775808", "a = 1979-05-27", "a = 'x", "= 1", "[a", "a = {b = 1"})
    CHECK_THROWS_WITH(parse_toml(bad, "f"), Contains("f:"));
  CHECK(parse_toml("", "f").table().empty());
  CHECK(parse_toml("a = 1\r\nb = 2\r\n", "f").at("b").integer() == 2);
}

TEST_CASE("TOML that is wrong says what to do") {
  for (const auto& [bad, remedy] : std::vector<std::pair<std::string, std::string>>{
           {"[t]\na: 1", "a key and its value are written key = value"},
           {"a = ./base", "a path is written in quotes"},
           {"a = True", "written in lower case"},
           {"a = 'x\nb = 1", "close the quote on the same line"},
           {"[t]\na = 1\n[t]\nb = 1", "write each table once"},
           {"{\"text\": \"a\"}", "an experiment file is TOML"}})
    CHECK_THROWS_WITH(parse_toml(bad, "f"), Contains("f:") && Contains(remedy));
}

TEST_CASE("TOML that is written reads back equal") {
  const std::string text =
      "a = 1\nb = 1.0\nc = \"q\\\"\\n\\u001b\"\n[t.u]\nx = [\"p\", \"q\"]\n[t.\"odd key\"]\ny = false\n";
  const Value once = parse_toml(text, "f");
  CHECK(parse_toml(mtt::toml_text(once), "g").json() == once.json());
}

TEST_CASE("overrides are TOML values, or strings") {
  Value config = parse_toml("[run]\nseed = 1\n", "f");
  const auto set = [&](const std::string& assignment) {
    mtt::apply_override(config, {assignment, "--set " + assignment});
  };
  set("run.seed=7");
  set("run.rate=0.5");
  set("new.name=all-MiniLM-L6-v2");
  set("run.flags=[1, 2]");
  set("run.seed=8");
  CHECK(config.json() == R"({"run":{"seed":8,"rate":0.5,"flags":[1,2]},"new":{"name":"all-MiniLM-L6-v2"}})");
  CHECK(config.at("run").at("seed").place().str() == "--set run.seed=8");
  CHECK_THROWS_WITH(set("run"), Contains("there is no '='"));
  CHECK_THROWS_WITH(set("run..x=1"), Contains("not a dotted key"));
  CHECK_THROWS_WITH(set("run.seed.x=1"), Contains("not a table"));
  for (const char* torn : {"run.files=[\"a.jsonl\"", "run.files=[a.jsonl]", "run.text=\"a", "run.map={a:1}"})
    CHECK_THROWS_WITH(set(torn), Contains("expected a value as in TOML"));
  set("run.text=1\nevil = 2");
  CHECK(config.at("run").at("text").string() == "1\nevil = 2");
  CHECK_FALSE(config.find("evil"));
}

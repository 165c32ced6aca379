#include "value/other_commands.h"

#include "catch.h"

TEST_CASE("commands and options of other programs have a name here, the likeliest first") {
  CHECK(mtt::own_command("train") == "run");
  CHECK(mtt::own_command("validate") == "data check");
  CHECK(mtt::own_command("run").empty());
  CHECK(mtt::own_options("output-dir") == std::vector<std::string_view>{"--out", "--output"});
  CHECK(mtt::own_options("threads").empty());
}

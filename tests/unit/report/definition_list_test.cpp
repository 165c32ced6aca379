#include "report/definition_list.h"

#include <cmath>

#include "markup.h"

TEST_CASE("a list of facts leaves out what is unknown") {
  const std::string list = mtt::definition_list({{kHostile, kHostile}, {"machine", ""}});
  check_balanced(list);
  CHECK(count(list, "<dt>") == 1);
  CHECK(list.find("machine") == std::string::npos);
}

TEST_CASE("durations are told in the units that fit") {
  CHECK(mtt::duration_text(8.26) == "8.3 s");
  CHECK(mtt::duration_text(59.96) == "1 min 0 s");
  CHECK(mtt::duration_text(250) == "4 min 10 s");
  CHECK(mtt::duration_text(7500) == "2 h 5 min");
  CHECK(mtt::duration_text(std::nan("")).empty());
}

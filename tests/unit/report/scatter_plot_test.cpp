#include "report/scatter_plot.h"

#include "markup.h"

TEST_CASE("a scatter plot has a point a text") {
  const std::string plot =
      mtt::scatter_plot("map", {{0, 0, "a", kHostile}, {1, 2, kHostile, "b"}, {1, 1, "", "c"}});
  check_balanced(plot);
  CHECK(count(plot, "<title>") == 3);
  CHECK(plot.find("no label") != std::string::npos);
  CHECK(mtt::scatter_plot("map", {{1, 1, "a", "one"}}).find("nan") == std::string::npos);
  CHECK(mtt::scatter_plot("map", {}).empty());
}

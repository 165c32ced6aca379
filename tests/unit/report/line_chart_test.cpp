#include "report/line_chart.h"

#include <cmath>

#include "markup.h"

TEST_CASE("a line chart has a curve a series, gaps where a value is missing, and escaped names") {
  const double none = std::nan("");
  const std::string chart =
      mtt::line_chart(kHostile, {{"a", {{1, 1}, {2, none}, {3, 2}, {4, 3}}}, {kHostile, {{1, 5}}}});
  check_balanced(chart);
  CHECK(count(chart, "<path ") == 2);
  CHECK(chart.find("nan") == std::string::npos);
  const std::size_t path = chart.find("d=\"M");
  CHECK(count(chart.substr(path, chart.find('"', path + 3) - path), "M") == 2);
  CHECK(mtt::line_chart("none", {{"a", {{1, none}}}}).empty());
  CHECK(mtt::line_chart("none", {}).empty());
  std::vector<std::pair<double, double>> many;
  for (int i = 0; i < 5'000; ++i) many.emplace_back(i, 7);
  const std::string thinned = mtt::line_chart("many", {{"a", many}});
  CHECK(count(thinned, "L") < 400);
  CHECK(thinned.find("inf") == std::string::npos);
}

#include "report/line_chart.h"

#include <cmath>

#include "markup.h"

TEST_CASE("a line chart has a curve a series, gaps where a value is missing, and escaped names") {
  const double none = std::nan("");
  const std::string chart = mtt::line_chart(
      {kHostile, kHostile, kHostile, {{"a", {{1, 1}, {2, none}, {3, 2}, {4, 3}}}, {kHostile, {{1, 5}}}}});
  check_balanced(chart);
  CHECK(count(chart, "<path ") == 2);
  CHECK(count(chart, "viewBox=\"0 0 ") == 1);
  CHECK(chart.find("nan") == std::string::npos);
  const std::size_t path = chart.find("d=\"M");
  CHECK(count(chart.substr(path, chart.find('"', path + 3) - path), "M") == 2);
  CHECK(mtt::line_chart({"none", "x", "y", {{"a", {{1, none}}}}}).empty());
  CHECK(mtt::line_chart({"none", "x", "y", {}}).empty());
  std::vector<std::pair<double, double>> many;
  for (int i = 0; i < 5'000; ++i) many.emplace_back(i, 7);
  const std::string thinned = mtt::line_chart({"many", "step", "loss", {{"a", many}}});
  CHECK(count(thinned, "L") < 400);
  CHECK(thinned.find("inf") == std::string::npos);
}

TEST_CASE("a line chart names its axes and its points, and marks a place where the curve has it") {
  const std::string chart = mtt::line_chart(
      {"intent", "step", "loss", {{"intent", {{10, 3}, {20, 2}, {30, 1}}}}, 20.0, "weights kept: step 20"});
  for (const char* part :
       {">step</text>", ">loss</text>", "<title>intent, 20: 2</title>", ">weights kept: step 20<"}) {
    INFO(part);
    CHECK(count(chart, part) == 1);
  }
  const auto number = [&](const std::string& key, std::size_t from) {
    return chart.substr(chart.find(key, from) + key.size(), 5);
  };
  const std::size_t second = chart.find("<circle", chart.find("<circle") + 1);
  CHECK(number("<line x1=\"", chart.find("stroke-dasharray") - 120) == number("cx=\"", second));
}

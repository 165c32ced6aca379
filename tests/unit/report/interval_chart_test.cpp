#include "report/interval_chart.h"

#include <cmath>

#include "markup.h"

TEST_CASE("means stand where their values are, with whiskers as long as their intervals") {
  const double nan = std::nan("");
  const std::string lines = mtt::interval_lines(
      kHostile, kHostile,
      {{kHostile, {{10, 0.5, 0.1}, {100, 0.7, nan}, {1000, 0.9, 0.1}}}, {"b", {{10, nan, nan}}}});
  check_balanced(lines);
  CHECK(count(lines, "<circle") == 3);
  // On a logarithmic scale 100 lies in the middle between 10 and 1000; 0.7 is the middle between 0.4 and 1.0.
  const auto number = [&](const std::string& text, const std::string& key, int which) {
    std::size_t at = text.find("<circle");
    for (int i = 0; i < which; ++i) at = text.find("<circle", at + 1);
    at = text.find(key + "=\"", at) + key.size() + 2;
    return std::stod(text.substr(at));
  };
  CHECK(number(lines, "cx", 1) == Approx((number(lines, "cx", 0) + number(lines, "cx", 2)) / 2).margin(0.11));
  CHECK(number(lines, "cy", 1) == Approx((number(lines, "cy", 0) + number(lines, "cy", 2)) / 2).margin(0.11));

  const std::string rows = mtt::interval_rows(
      kHostile, {{kHostile, {{kHostile, 0.25, 0.05, 0}, {"b", 0.75, nan, 1}, {"c", nan, nan, 2}}},
                 {"", {{"d", 0.5, 0.1, 3}}}});
  check_balanced(rows);
  CHECK(count(rows, "<circle") == 3);
  CHECK(number(rows, "cx", 2) == Approx((number(rows, "cx", 0) + number(rows, "cx", 1)) / 2).margin(0.11));
  CHECK(rows.find("0.2500 ± 0.0500") != std::string::npos);
  CHECK(rows.find("0.7500<") != std::string::npos);
  CHECK(mtt::interval_rows("t", {{"", {{"a", nan, nan, 0}}}}).empty());
  CHECK(mtt::interval_lines("t", "x", {}).empty());
  check_balanced(mtt::interval_lines("t", "x", {{"a", {{0, 0.5, nan}}}}));
}

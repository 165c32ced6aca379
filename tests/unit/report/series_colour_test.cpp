#include "report/series_colour.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>

#include "catch.h"

namespace {

/// The relative luminance of WCAG 2.
double luminance(const std::string& colour) {
  double sum = 0;
  const double shares[] = {0.2126, 0.7152, 0.0722};
  for (std::size_t i = 0; i < 3; ++i) {
    const double value = std::stoi(colour.substr(1 + 2 * i, 2), nullptr, 16) / 255.0;
    sum += shares[i] * (value <= 0.03928 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4));
  }
  return sum;
}

double contrast(const std::string& a, const std::string& b) {
  const double x = luminance(a), y = luminance(b);
  return (std::max(x, y) + 0.05) / (std::min(x, y) + 0.05);
}

}  // namespace

TEST_CASE("the colours of series differ, and are readable on light and on dark ground") {
  CHECK(contrast("#000000", "#ffffff") == Approx(21));
  std::set<std::string> colours;
  for (std::size_t i = 0; i < 9; ++i) {
    const std::string colour = mtt::series_colour(i);
    INFO(colour);
    CHECK(colours.insert(colour).second);
    CHECK(contrast(colour, "#ffffff") >= 3);
    CHECK(contrast(colour, "#16191d") >= 3);
  }
  CHECK(std::string(mtt::series_colour(100)) == mtt::series_colour(8));
}

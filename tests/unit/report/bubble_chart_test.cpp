#include "report/bubble_chart.h"

#include <cmath>

#include "markup.h"

namespace {

/// The number behind each occurrence of `key` within elements that begin with `element`.
std::vector<double> numbers(const std::string& svg, const std::string& element, const std::string& key) {
  std::vector<double> found;
  for (std::size_t at = svg.find(element); at != std::string::npos; at = svg.find(element, at + 1))
    found.push_back(std::stod(svg.substr(svg.find(key + "=\"", at) + key.size() + 2)));
  return found;
}

}  // namespace

TEST_CASE("bubbles stand on a logarithmic scale with areas in proportion, and scale with the page") {
  const double nan = std::nan("");
  const std::string svg = mtt::bubble_chart(kHostile, kHostile, kHostile,
                                            {{kHostile, 1, 0.5, 0.1, 400, kHostile, 0},
                                             {"b", 10, 0.7, nan, 100, "b", 1},
                                             {"c", 100, 0.9, nan, 100, "c", 2},
                                             {"gone", 0, 0.9, nan, 100, "gone", 3}});
  check_balanced(svg);
  CHECK(count(svg, "viewBox=\"0 0 640.0 420.0\"") == 1);
  const auto x = numbers(svg, "<circle", "cx"), y = numbers(svg, "<circle", "cy"),
             r = numbers(svg, "<circle", " r");
  REQUIRE(x.size() == 3);
  CHECK(x[1] == Approx((x[0] + x[2]) / 2).margin(0.11));
  CHECK(y[1] == Approx((y[0] + y[2]) / 2).margin(0.11));
  CHECK(r[0] == Approx(2 * r[1]).margin(0.11));
  CHECK(mtt::bubble_chart("t", "x", "y", {{"gone", -1, 0.5, 0, 1, "", 0}}).empty());
}

TEST_CASE("the names of bubbles in one place do not cover each other") {
  std::vector<mtt::Bubble> bubbles;
  for (const char* name : {"one", "two", "three", "four", "five"})
    bubbles.push_back({name, 1, 0.5, 0.2, 10, name, 0});
  bubbles.push_back({"far", 100, 0.5, 0.2, 10, "far", 0});
  const std::string svg = mtt::bubble_chart("t", "x", "y", bubbles);
  std::vector<double> heights;
  for (const char* name : {">one<", ">two<", ">three<", ">four<", ">five<"}) {
    const std::size_t text = svg.rfind("<text", svg.rfind(name));
    heights.push_back(std::stod(svg.substr(svg.find("y=\"", text) + 3)));
  }
  for (std::size_t i = 0; i < heights.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) CHECK(std::abs(heights[i] - heights[j]) >= 12);
}

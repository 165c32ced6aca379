#include <cmath>

#include "catch.h"
#include "report/confusion_table.h"
#include "report/entity_markup.h"
#include "report/html_text.h"
#include "report/interval_chart.h"
#include "report/line_chart.h"
#include "report/scatter_plot.h"

using mtt::Value;

namespace {

const std::string kHostile = "<script>alert(\"x\")</script>&'\x01";

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++found;
  return found;
}

/// Every tag that opens is closed, apart from those that need no end.
void check_balanced(const std::string& markup) {
  for (const char* tag :
       {"figure", "svg", "text", "table", "tr", "td", "th", "mark", "sub", "title", "div"}) {
    INFO(tag << "\n" << markup);
    const std::string name = tag;
    CHECK(count(markup, "<" + name + ">") + count(markup, "<" + name + " ") ==
          count(markup, "</" + name + ">"));
  }
  CHECK(markup.find("<script") == std::string::npos);
  CHECK(markup.find('\x01') == std::string::npos);
}

}  // namespace

TEST_CASE("text within markup is no markup") {
  CHECK(mtt::html_text(kHostile) == "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;&#39;\\u0001");
  check_balanced(mtt::html_table({{kHostile, "b"}, {"1", kHostile}}));
  check_balanced(mtt::html_page(kHostile, "<p>body</p>"));
}

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

TEST_CASE("a scatter plot has a point a text") {
  const std::string plot =
      mtt::scatter_plot("map", {{0, 0, "a", kHostile}, {1, 2, kHostile, "b"}, {1, 1, "", "c"}});
  check_balanced(plot);
  CHECK(count(plot, "<title>") == 3);
  CHECK(plot.find("no label") != std::string::npos);
  CHECK(mtt::scatter_plot("map", {{1, 1, "a", "one"}}).find("nan") == std::string::npos);
  CHECK(mtt::scatter_plot("map", {}).empty());
}

TEST_CASE("a confusion table counts gold against predicted") {
  const std::string table = mtt::confusion_table({"a", "a", "b", kHostile}, {"a", "b", "b", "a"});
  check_balanced(table);
  CHECK(count(table, "<tr>") == 4);
  CHECK(count(table, ">1</td>") == 4 + 2);  // four counts, and two labels with one example
  CHECK(count(table, ">2</td>") == 1);
  std::vector<std::string> gold, predicted;
  for (int i = 0; i < 60; ++i) {
    gold.push_back("label " + std::to_string(i));
    predicted.push_back(i < 5 ? "label 59" : gold.back());
  }
  const std::string most = mtt::confusion_table(gold, predicted);
  CHECK(most.find("24 of 60 labels with the most mistakes") != std::string::npos);
  CHECK(most.find("label 59") != std::string::npos);
}

TEST_CASE("entities are highlighted by code points") {
  const Value::Array spans = {Value::Table{{"start", 6}, {"end", 8}, {"label", "<b>"}},
                              Value::Table{{"start", 0}, {"end", 4}, {"label", "x"}}};
  CHECK(mtt::entity_markup(spans, "Çığ & ☃☃ <i>") ==
        "<mark>Çığ <sub>x</sub></mark>&amp; <mark>☃☃<sub>&lt;b&gt;</sub></mark> &lt;i&gt;");
  CHECK(mtt::entity_markup({}, "plain") == "plain");
  CHECK_NOTHROW(
      mtt::entity_markup({Value(Value::Table{{"start", 3}, {"end", 99}, {"label", "x"}})}, "short"));
}

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

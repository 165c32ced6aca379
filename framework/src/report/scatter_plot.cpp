#include "report/scatter_plot.h"

#include <algorithm>
#include <map>

#include "io/terminal_text.h"
#include "report/axis.h"
#include "report/html_text.h"
#include "report/series_colour.h"
#include "report/svg.h"

namespace mtt {
namespace {

constexpr double kSide = 560, kMargin = 12;
constexpr std::size_t kMostTooltip = 120;
constexpr std::size_t kMostNamed = 8;

}  // namespace

std::string scatter_plot(const std::string& title, const std::vector<MapPoint>& points) {
  if (points.empty()) return "";
  std::map<std::string, std::size_t> counts;
  for (const MapPoint& point : points) ++counts[point.label];
  std::vector<std::pair<std::string, std::size_t>> classes(counts.begin(), counts.end());
  std::stable_sort(classes.begin(), classes.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  std::map<std::string, std::string> colours;
  for (std::size_t i = 0; i < classes.size(); ++i) colours[classes[i].first] = series_colour(i);

  const auto [left, right] = std::minmax_element(points.begin(), points.end(),
                                                 [](const auto& a, const auto& b) { return a.x < b.x; });
  const auto [low, high] = std::minmax_element(points.begin(), points.end(),
                                               [](const auto& a, const auto& b) { return a.y < b.y; });
  const double range = std::max({right->x - left->x, high->y - low->y, 1e-9}),
               scale = (kSide - 2 * kMargin) / range;
  std::string svg =
      "<figure><figcaption>" + html_text(title) + "</figcaption>\n" + open_svg(title, kSide + 200, kSide);
  for (const MapPoint& point : points)
    svg += svg_dot(kMargin + (point.x - left->x) * scale, kSide - kMargin - (point.y - low->y) * scale, 3,
                   colours[point.label],
                   (point.label.empty() ? "" : point.label + ": ") + shortened(point.text, kMostTooltip),
                   " fill-opacity=\"0.65\"");
  for (std::size_t i = 0; i < std::min(classes.size(), kMostNamed + 1); ++i) {
    const std::string name = i == kMostNamed            ? "others"
                             : classes[i].first.empty() ? "no label"
                                                        : shortened(classes[i].first, 28);
    const double y = 20 + 18 * static_cast<double>(i);
    svg += "<circle cx=\"" + coordinate(kSide + 10) + "\" cy=\"" + coordinate(y) + "\" r=\"4\" fill=\"" +
           series_colour(i) + "\"/>" + svg_text(kSide + 20, y + 4, "start", name);
  }
  return svg + "</svg></figure>\n";
}

}  // namespace mtt

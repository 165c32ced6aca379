#include "report/line_chart.h"

#include <algorithm>
#include <cmath>

#include "io/terminal_text.h"
#include "report/axis.h"
#include "report/html_text.h"
#include "report/series_colour.h"
#include "report/svg.h"

namespace mtt {
namespace {

constexpr double kWidth = 520, kHeight = 280, kLeft = 64, kRight = 12, kTop = 22, kBottom = 44;
constexpr double kRoom = 0.04;  // above and below the curves, as a share of their range
constexpr double kLegendRow = 18, kLegendColumn = 152;
constexpr std::size_t kMostPoints = 250, kMostDots = 30, kLegendColumns = 3;

std::vector<std::pair<double, double>> thinned(const std::vector<std::pair<double, double>>& points) {
  if (points.size() <= kMostPoints) return points;
  std::vector<std::pair<double, double>> result;
  for (std::size_t bucket = 0; bucket < kMostPoints; ++bucket) {
    const std::size_t from = bucket * points.size() / kMostPoints,
                      to = (bucket + 1) * points.size() / kMostPoints;
    double x = 0, y = 0, count = 0;
    for (std::size_t i = from; i < to; ++i) {
      if (!std::isfinite(points[i].second)) continue;
      x += points[i].first;
      y += points[i].second;
      ++count;
    }
    if (count > 0) result.emplace_back(x / count, y / count);
  }
  return result;
}

std::string curve(const Series& series, const Axis& x, const Axis& y, const std::string& colour) {
  std::string path, dots;
  bool down = false;
  const bool visible = series.points.size() <= kMostDots;
  for (const auto& [px, py] : series.points) {
    if (!std::isfinite(py)) {
      down = false;
      continue;
    }
    const double across = x.place(px, kLeft, kWidth - kRight), up = y.place(py, kHeight - kBottom, kTop);
    path += (down ? "L" : "M") + coordinate(across) + " " + coordinate(up);
    dots += svg_dot(across, up, visible ? 2.5 : 4, colour,
                    series.name + ", " + formatted("%.6g", px) + ": " + formatted("%.4g", py),
                    visible ? "" : " fill-opacity=\"0\"");
    down = true;
  }
  return "<path d=\"" + path + "\" fill=\"none\" stroke=\"" + colour + "\" stroke-width=\"1.5\"/>\n" + dots;
}

std::string marked(double place, const std::string& name) {
  const bool left = place > (kLeft + kWidth - kRight) / 2;
  return "<line x1=\"" + coordinate(place) + "\" x2=\"" + coordinate(place) + "\" y1=\"" + coordinate(kTop) +
         "\" y2=\"" + coordinate(kHeight - kBottom) +
         "\" stroke=\"currentColor\" stroke-opacity=\"0.7\" stroke-dasharray=\"4 3\"/>\n" +
         svg_text(place + (left ? 4 : -4), kTop - 8, left ? "end" : "start", name);
}

std::string legend(const std::vector<Series>& series) {
  std::string svg;
  for (std::size_t s = 0; s < series.size(); ++s) {
    const double left = kLeft + static_cast<double>(s % kLegendColumns) * kLegendColumn,
                 low = kHeight + 4 + static_cast<double>(s / kLegendColumns) * kLegendRow;
    svg += "<rect x=\"" + coordinate(left) + "\" y=\"" + coordinate(low) +
           "\" width=\"10\" height=\"10\" fill=\"" + series_colour(s) + "\"/>" +
           svg_text(left + 14, low + 9, "start", shortened(series[s].name, 24));
  }
  return svg;
}

}  // namespace

std::string line_chart(const LineChart& chart) {
  Axis x, y;
  std::vector<Series> curves;
  for (const Series& one : chart.series) {
    curves.push_back({one.name, thinned(one.points)});
    for (const auto& [px, py] : curves.back().points) {
      if (!std::isfinite(py)) continue;
      x.include(px);
      y.include(py);
    }
  }
  if (x.empty()) return "";
  if (chart.mark) x.include(*chart.mark);
  x.widen();
  y.widen();
  const double room = kRoom * (y.high - y.low);
  y.low -= room;
  y.high += room;
  const double legend_rows = std::ceil(static_cast<double>(curves.size()) / kLegendColumns),
               bottom = kHeight - kBottom, right = kWidth - kRight;
  std::string svg =
      "<figure><figcaption>" + html_text(chart.title) + "</figcaption>\n" +
      open_svg(chart.title, kWidth, kHeight + (curves.size() > 1 ? kLegendRow * legend_rows : 0));
  for (const double tick : y.ticks()) {
    const double place = y.place(tick, bottom, kTop);
    svg += svg_grid_line(kLeft, place, right, place) +
           svg_text(kLeft - 6, place + 4, "end", formatted("%.4g", tick));
  }
  for (const double tick : x.ticks(1))
    svg += svg_text(x.place(tick, kLeft, right), bottom + 16, "middle", formatted("%.6g", tick));
  svg += svg_text((kLeft + right) / 2, bottom + 34, "middle", chart.x_name) +
         svg_vertical_text(14, (kTop + bottom) / 2, chart.y_name);
  if (chart.mark) svg += marked(x.place(*chart.mark, kLeft, right), chart.mark_name);
  for (std::size_t s = 0; s < curves.size(); ++s) svg += curve(curves[s], x, y, series_colour(s));
  if (curves.size() > 1) svg += legend(curves);
  return svg + "</svg></figure>\n";
}

}  // namespace mtt

#include "report/line_chart.h"

#include <algorithm>
#include <cmath>

#include "io/terminal_text.h"
#include "report/axis.h"
#include "report/html_text.h"

namespace mtt {
namespace {

constexpr double kWidth = 520, kHeight = 250, kLeft = 58, kRight = 10, kTop = 10, kBottom = 26;
constexpr std::size_t kMostPoints = 250;

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

std::string curve(const std::vector<std::pair<double, double>>& points, const Axis& x, const Axis& y,
                  const std::string& colour) {
  std::string path, dots;
  bool down = false;
  for (const auto& [px, py] : points) {
    if (!std::isfinite(py)) {
      down = false;
      continue;
    }
    const std::string sx = coordinate(x.place(px, kLeft, kWidth - kRight)),
                      sy = coordinate(y.place(py, kHeight - kBottom, kTop));
    path += (down ? "L" : "M") + sx + " " + sy;
    if (points.size() <= 30)
      dots += "<circle cx=\"" + sx + "\" cy=\"" + sy + "\" r=\"2.5\" fill=\"" + colour + "\"/>";
    down = true;
  }
  return "<path d=\"" + path + "\" fill=\"none\" stroke=\"" + colour + "\" stroke-width=\"1.5\"/>" + dots +
         "\n";
}

}  // namespace

std::string line_chart(const std::string& title, const std::vector<Series>& series) {
  Axis x, y;
  std::vector<std::vector<std::pair<double, double>>> curves;
  for (const Series& one : series) {
    curves.push_back(thinned(one.points));
    for (const auto& [px, py] : curves.back()) {
      if (!std::isfinite(py)) continue;
      x.include(px);
      y.include(py);
    }
  }
  if (!(x.low <= x.high)) return "";
  x.widen();
  y.widen();
  std::string svg = "<figure><figcaption>" + html_text(title) + "</figcaption>\n<svg width=\"" +
                    coordinate(kWidth) + "\" height=\"" +
                    coordinate(kHeight + 18 * static_cast<double>((series.size() + 2) / 3)) +
                    "\" font-family=\"sans-serif\" font-size=\"11\" role=\"img\" aria-label=\"" +
                    html_text(title) + "\">\n";
  for (const double tick : y.ticks()) {
    const std::string place = coordinate(y.place(tick, kHeight - kBottom, kTop));
    svg += "<line x1=\"" + coordinate(kLeft) + "\" x2=\"" + coordinate(kWidth - kRight) + "\" y1=\"" + place +
           "\" y2=\"" + place + "\" stroke=\"#e4e4e4\"/><text x=\"" + coordinate(kLeft - 6) + "\" y=\"" +
           place + "\" dy=\"4\" text-anchor=\"end\">" + formatted("%.4g", tick) + "</text>\n";
  }
  for (const double tick : x.ticks(1))
    svg += "<text x=\"" + coordinate(x.place(tick, kLeft, kWidth - kRight)) + "\" y=\"" +
           coordinate(kHeight - 8) + "\" text-anchor=\"middle\">" + formatted("%.6g", tick) + "</text>\n";
  for (std::size_t s = 0; s < series.size(); ++s) {
    svg += curve(curves[s], x, y, series_colour(s));
    const double row = static_cast<double>(s / 3), column = static_cast<double>(s % 3);
    svg += "<rect x=\"" + coordinate(kLeft + column * 155) + "\" y=\"" + coordinate(kHeight + 4 + row * 18) +
           "\" width=\"10\" height=\"10\" fill=\"" + series_colour(s) + "\"/><text x=\"" +
           coordinate(kLeft + 14 + column * 155) + "\" y=\"" + coordinate(kHeight + 13 + row * 18) + "\">" +
           html_text(shortened(series[s].name, 24)) + "</text>\n";
  }
  return svg + "</svg></figure>\n";
}

}  // namespace mtt

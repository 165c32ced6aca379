#include "report/line_chart.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "report/html_text.h"
#include "report/terminal_text.h"

namespace mtt {
namespace {

constexpr double kWidth = 520, kHeight = 250, kLeft = 58, kRight = 10, kTop = 10, kBottom = 26;
constexpr std::size_t kMostPoints = 250;

/// 1, 2 or 5 times a power of ten, so that a range has about four steps.
double tick_step(double range) {
  const double rough = range / 4, power = std::pow(10, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (rough <= factor * power) return factor * power;
  return 10 * power;
}

struct Axis {
  double low = std::numeric_limits<double>::infinity(), high = -std::numeric_limits<double>::infinity();

  void include(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  void widen() {
    if (high > low) return;
    const double room = std::max(std::abs(high) * 0.1, 0.5);
    low -= room;
    high += room;
  }
  double place(double value, double from, double to) const {
    return from + (value - low) / (high - low) * (to - from);
  }
};

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

std::string at(double value) { return formatted("%.1f", value); }

std::string curve(const std::vector<std::pair<double, double>>& points, const Axis& x, const Axis& y,
                  const std::string& colour) {
  std::string path, dots;
  bool down = false;
  for (const auto& [px, py] : points) {
    if (!std::isfinite(py)) {
      down = false;
      continue;
    }
    const std::string sx = at(x.place(px, kLeft, kWidth - kRight)),
                      sy = at(y.place(py, kHeight - kBottom, kTop));
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
  std::string svg = "<figure><figcaption>" + html_text(title) + "</figcaption>\n<svg width=\"" + at(kWidth) +
                    "\" height=\"" + at(kHeight + 18 * static_cast<double>((series.size() + 2) / 3)) +
                    "\" font-family=\"sans-serif\" font-size=\"11\" role=\"img\" aria-label=\"" +
                    html_text(title) + "\">\n";
  const double y_step = tick_step(y.high - y.low), x_step = std::max(1.0, tick_step(x.high - x.low));
  for (double tick = std::ceil(y.low / y_step) * y_step; tick <= y.high + y_step * 1e-9; tick += y_step) {
    const std::string place = at(y.place(tick, kHeight - kBottom, kTop));
    svg += "<line x1=\"" + at(kLeft) + "\" x2=\"" + at(kWidth - kRight) + "\" y1=\"" + place + "\" y2=\"" +
           place + "\" stroke=\"#e4e4e4\"/><text x=\"" + at(kLeft - 6) + "\" y=\"" + place +
           "\" dy=\"4\" text-anchor=\"end\">" + formatted("%.4g", std::abs(tick) < y_step * 1e-9 ? 0 : tick) +
           "</text>\n";
  }
  for (double tick = std::ceil(x.low / x_step) * x_step; tick <= x.high + x_step * 1e-9; tick += x_step)
    svg += "<text x=\"" + at(x.place(tick, kLeft, kWidth - kRight)) + "\" y=\"" + at(kHeight - 8) +
           "\" text-anchor=\"middle\">" + formatted("%.6g", tick) + "</text>\n";
  for (std::size_t s = 0; s < series.size(); ++s) {
    svg += curve(curves[s], x, y, series_colour(s));
    const double row = static_cast<double>(s / 3), column = static_cast<double>(s % 3);
    svg += "<rect x=\"" + at(kLeft + column * 155) + "\" y=\"" + at(kHeight + 4 + row * 18) +
           "\" width=\"10\" height=\"10\" fill=\"" + series_colour(s) + "\"/><text x=\"" +
           at(kLeft + 14 + column * 155) + "\" y=\"" + at(kHeight + 13 + row * 18) + "\">" +
           html_text(shortened(series[s].name, 24)) + "</text>\n";
  }
  return svg + "</svg></figure>\n";
}

}  // namespace mtt

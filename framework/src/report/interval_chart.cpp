#include "report/interval_chart.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "io/terminal_text.h"
#include "report/axis.h"
#include "report/html_text.h"
#include "report/series_colour.h"
#include "report/svg.h"

namespace mtt {
namespace {

constexpr double kChartWidth = 640, kChartHeight = 300, kMarginLeft = 58, kMarginRight = 14, kMarginTop = 34,
                 kMarginBottom = 52;
constexpr double kRowHeight = 20, kNames = 210, kSpread = 3;
constexpr double kLogarithmicFrom = 8;

double known(double half) { return std::isfinite(half) ? half : 0; }

std::string value_text(double mean, double half) {
  return formatted("%.4f", mean) + (std::isfinite(half) ? " ± " + formatted("%.4f", half) : "");
}

}  // namespace

std::string interval_lines(const std::string& title, const std::string& x_name,
                           const std::vector<IntervalSeries>& series) {
  Axis x, y;
  std::set<double> places;
  for (const IntervalSeries& one : series) {
    for (const IntervalPoint& point : one.points) {
      if (!std::isfinite(point.mean)) continue;
      places.insert(point.x);
      y.include(point.mean - known(point.half));
      y.include(point.mean + known(point.half));
    }
  }
  if (places.empty()) return "";
  const bool logarithmic = *places.begin() > 0 && *places.rbegin() >= kLogarithmicFrom * *places.begin();
  const auto scaled = [&](double value) { return logarithmic ? std::log(value) : value; };
  for (const double place : places) x.include(scaled(place));
  x.widen();
  y.widen();
  const double bottom = kMarginTop + kChartHeight;
  const auto across = [&](double value) {
    return x.place(scaled(value), kMarginLeft + 16, kChartWidth - kMarginRight - 16);
  };
  const auto up = [&](double value) { return y.place(value, bottom, kMarginTop); };

  std::string svg = open_svg_file(
      title, kChartWidth, bottom + kMarginBottom + 18 * std::ceil(static_cast<double>(series.size()) / 4),
      kMarginLeft);
  for (const double tick : y.ticks())
    svg += svg_grid_line(kMarginLeft, up(tick), kChartWidth - kMarginRight, up(tick)) +
           svg_text(kMarginLeft - 6, up(tick) + 4, "end", formatted("%.4g", tick));
  for (const double place : places)
    svg += svg_text(across(place), bottom + 14, "middle", formatted("%.6g", place));
  svg += svg_text((kMarginLeft + kChartWidth - kMarginRight) / 2, bottom + 30, "middle", x_name);
  for (std::size_t s = 0; s < series.size(); ++s) {
    const std::string colour = series_colour(s);
    const double aside = kSpread * (static_cast<double>(s) - static_cast<double>(series.size() - 1) / 2);
    std::string path, marks;
    for (const IntervalPoint& point : series[s].points) {
      if (!std::isfinite(point.mean)) continue;
      const double place = across(point.x) + aside;
      path += (path.empty() ? "M" : "L") + coordinate(place) + " " + coordinate(up(point.mean));
      if (std::isfinite(point.half))
        marks += svg_line(place, up(point.mean - point.half), place, up(point.mean + point.half), colour, 1);
      marks += svg_dot(
          place, up(point.mean), 3.5, colour,
          series[s].name + ", " + formatted("%.6g", point.x) + ": " + value_text(point.mean, point.half));
    }
    svg += "<path d=\"" + path + "\" fill=\"none\" stroke=\"" + colour + "\" stroke-width=\"1.5\"/>" + marks;
    const double left = kMarginLeft + 145 * static_cast<double>(s % 4),
                 low = bottom + kMarginBottom + 18 * static_cast<double>(s / 4);
    svg += svg_line(left, low - 4, left + 14, low - 4, colour, 3) +
           svg_text(left + 20, low, "start", shortened(series[s].name, 20));
  }
  return svg + "</svg>\n";
}

std::string interval_rows(const std::string& title, const std::vector<IntervalGroup>& groups) {
  Axis x;
  double height = kMarginTop + 4;
  for (const IntervalGroup& group : groups) {
    if (!group.heading.empty()) height += kRowHeight;
    height += kRowHeight * static_cast<double>(group.rows.size());
    for (const IntervalRow& row : group.rows) {
      if (!std::isfinite(row.mean)) continue;
      const double half = std::max(known(row.half), known(row.outer_half));
      x.include(row.mean - half);
      x.include(row.mean + half);
    }
  }
  if (x.empty()) return "";
  x.widen();
  const auto across = [&](double value) { return x.place(value, kNames, kChartWidth - kMarginRight - 100); };
  std::string svg = open_svg_file(title, kChartWidth, height + kMarginBottom, kMarginLeft);
  for (const double tick : x.ticks())
    svg += svg_grid_line(across(tick), kMarginTop, across(tick), height) +
           svg_text(across(tick), height + 16, "middle", formatted("%.4g", tick));
  if (x.low < 0 && x.high > 0) svg += svg_line(across(0), kMarginTop, across(0), height, "#888888", 1);
  double y = kMarginTop + 4;
  for (const IntervalGroup& group : groups) {
    if (!group.heading.empty()) {
      svg += "<text x=\"10\" y=\"" + coordinate(y + 14) + "\" font-weight=\"bold\">" +
             html_text(shortened(group.heading, 40)) + "</text>\n";
      y += kRowHeight;
    }
    for (const IntervalRow& row : group.rows) {
      const double middle = y + kRowHeight / 2;
      const std::string colour = series_colour(row.colour);
      svg += svg_text(kNames - 12, middle + 4, "end", shortened(row.name, 32));
      if (std::isfinite(row.mean)) {
        if (std::isfinite(row.outer_half))
          svg += svg_line(across(row.mean - row.outer_half), middle, across(row.mean + row.outer_half),
                          middle, colour, 0.5);
        if (std::isfinite(row.half))
          svg +=
              svg_line(across(row.mean - row.half), middle, across(row.mean + row.half), middle, colour, 1.5);
        svg +=
            svg_dot(across(row.mean), middle, 3.5, colour, row.name + ": " + value_text(row.mean, row.half)) +
            svg_text(kChartWidth - kMarginRight, middle + 4, "end", value_text(row.mean, row.half));
      }
      y += kRowHeight;
    }
  }
  return svg + "</svg>\n";
}

}  // namespace mtt

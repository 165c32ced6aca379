// Means with their intervals.
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <vector>

namespace mtt {

/// A mean at a position, with half the width of its interval (NaN: unknown).
struct IntervalPoint {
  double x = 0, mean = 0, half = 0;
};

/// A named curve of means.
struct IntervalSeries {
  std::string name;
  std::vector<IntervalPoint> points;  ///< x ascending
};

/// Curves with whiskers as an SVG file; x is logarithmic if all x are positive and the largest is at
/// least eight times the smallest. "" if there is nothing to draw.
std::string interval_lines(const std::string& title, const std::string& x_name,
                           const std::vector<IntervalSeries>& series);

/// A mean with its whiskers on a separate line.
struct IntervalRow {
  std::string name;
  double mean = 0, half = 0;
  std::size_t colour = 0;                                        ///< of series_colour
  double outer_half = std::numeric_limits<double>::quiet_NaN();  ///< of a second interval, drawn thin
};

/// Rows under headings.
struct IntervalGroup {
  std::string heading;  ///< "": none
  std::vector<IntervalRow> rows;
};

/// Rows with whiskers as an SVG file, with a line at zero if zero is among the values. "" if there is
/// nothing to draw.
std::string interval_rows(const std::string& title, const std::vector<IntervalGroup>& groups);

}  // namespace mtt

// Curves over steps.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mtt {

/// A named curve: (x, y), x ascending; a y that is not finite leaves a gap.
struct Series {
  std::string name;
  std::vector<std::pair<double, double>> points;
};

/// Curves and the names of their axes.
struct LineChart {
  std::string title, x_name, y_name;
  std::vector<Series> series;
  std::optional<double> mark = {};  ///< an x with a vertical line
  std::string mark_name = {};
};

/// A figure with axes, ticks, a tooltip for each point and, for several series, a legend, as markup; "" if
/// no series has a finite point. A curve of more than some hundred points shows means of adjacent points.
std::string line_chart(const LineChart& chart);

}  // namespace mtt

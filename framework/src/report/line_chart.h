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

/// Curves and what their axes show.
struct LineChart {
  std::string title, x_name, y_name;
  std::vector<Series> series;
  std::optional<double> mark = {};  ///< an x with a vertical line
  std::string mark_name = {};
};

/// A figure with axes, ticks, a tooltip for each point and, for several series, a legend, as markup; "" where
/// no series has a finite point. Of more than some hundred points a curve shows the means of neighbours.
std::string line_chart(const LineChart& chart);

}  // namespace mtt

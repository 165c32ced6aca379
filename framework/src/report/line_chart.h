// Curves over steps.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace mtt {

/// A named curve: (x, y), x ascending; a y that is not finite leaves a gap.
struct Series {
  std::string name;
  std::vector<std::pair<double, double>> points;
};

/// A figure with axes, ticks and a legend, as markup; "" where no series has a finite point. Of more than
/// some hundred points a curve shows the means of neighbours.
std::string line_chart(const std::string& title, const std::vector<Series>& series);

}  // namespace mtt

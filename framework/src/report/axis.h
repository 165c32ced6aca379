// Maps values to positions in a figure.
#pragma once

#include <limits>
#include <string>
#include <vector>

namespace mtt {

/// The range of the values that were included.
struct Axis {
  double low = std::numeric_limits<double>::infinity(), high = -std::numeric_limits<double>::infinity();

  bool empty() const { return !(low <= high); }
  void include(double value);
  void widen();  ///< gives a range to a single value
  /// The position of a value, with `low` at `from` and `high` at `to`.
  double place(double value, double from, double to) const;
  /// Two to six round values within the range; fewer if they must be `least` apart.
  std::vector<double> ticks(double least = 0) const;
};

/// A number of an SVG picture, with one decimal.
std::string coordinate(double value);

}  // namespace mtt

// Scores against costs.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace mtt {

/// A named point with half the width of its interval (NaN: unknown) and a size.
struct Bubble {
  std::string name;
  double x = 0, y = 0, half = 0;
  double area = 0;         ///< relative to the others
  std::string tooltip;     ///< shown under the pointer
  std::size_t colour = 0;  ///< of series_colour
};

/// Points with whiskers as an SVG file, x on a logarithmic scale, areas proportional to `area`, each with its
/// name. Points that are not finite, or whose x is not positive, are left out; "" if none is left.
std::string bubble_chart(const std::string& title, const std::string& x_name, const std::string& y_name,
                         std::vector<Bubble> bubbles);

}  // namespace mtt

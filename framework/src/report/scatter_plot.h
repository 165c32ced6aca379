// Points on a plane.
#pragma once

#include <string>
#include <vector>

namespace mtt {

/// A text's place on a map, its class ("" for none) and itself.
struct MapPoint {
  double x = 0, y = 0;
  std::string label, text;
};

/// A figure in which every class has a colour; the text is shown where the pointer rests.
std::string scatter_plot(const std::string& title, const std::vector<MapPoint>& points);

}  // namespace mtt

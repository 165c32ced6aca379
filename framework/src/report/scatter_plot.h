// A scatter plot of texts.
#pragma once

#include <string>
#include <vector>

namespace mtt {

/// A text with its position and its class ("" for none).
struct MapPoint {
  double x = 0, y = 0;
  std::string label, text;
};

/// A figure with one colour per class; the text of a point is shown under the pointer.
std::string scatter_plot(const std::string& title, const std::vector<MapPoint>& points);

}  // namespace mtt

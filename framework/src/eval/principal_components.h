// A map of many dimensions.
#pragma once

#include <cstddef>
#include <vector>

namespace mtt {

/// The first two principal components (Pearson 1901) of `count` rows of `width` floats: their coordinates,
/// and the share of the variance that each explains. Signs are fixed so that the largest loading is positive.
/// Fewer than two rows, or rows that are all equal, give zeros.
struct PrincipalComponents {
  std::vector<double> x, y;
  double share_x = 0, share_y = 0;
};
PrincipalComponents principal_components(const float* rows, std::size_t count, std::size_t width);

}  // namespace mtt

#include "mtt/weighting/gradient_surgery.h"

#include <algorithm>
#include <cmath>

#include "mtt/random_stream.h"

namespace mtt {

std::vector<double> surgery(const SmallMatrix& gram, std::uint64_t seed, std::string_view purpose,
                            const std::function<double(const GradientMeeting&)>& multiple) {
  const std::size_t n = gram.size();
  std::vector<double> sum(n);
  for (std::size_t i = 0; i < n; ++i) {
    std::vector<std::size_t> others;
    for (std::size_t j = 0; j < n; ++j)
      if (j != i && gram(j, j) > 0) others.push_back(j);
    RandomStream(seed, purpose, i).shuffle(others);
    std::vector<double> changed(n);
    changed[i] = 1;
    for (const std::size_t j : others) {
      const std::vector<double> products = gram.times(changed);
      const double norm = std::sqrt(std::max(0.0, gram.quadratic(changed)));
      if (!(norm > 0)) break;
      changed[j] += multiple({i, j, products[j], norm, std::sqrt(gram(j, j))});
    }
    for (std::size_t j = 0; j < n; ++j) sum[j] += changed[j];
  }
  return sum;
}

}  // namespace mtt

#include "recommend/learning_curve.h"

#include <cmath>

namespace mtt {

double predicted_score(double with_fewer, double with_used, const ExampleSizes& sizes,
                       bool higher_is_better) {
  if (sizes.fewer <= 0 || sizes.used <= sizes.fewer || sizes.all <= sizes.used) return with_used;
  const double before = higher_is_better ? 1 - with_fewer : with_fewer;
  const double now = higher_is_better ? 1 - with_used : with_used;
  if (!(now > 0 && before > now)) return with_used;
  const double steps = std::log(sizes.all / sizes.used) / std::log(sizes.used / sizes.fewer);
  const double error = now * std::pow(now / before, steps);
  return higher_is_better ? 1 - error : error;
}

}  // namespace mtt

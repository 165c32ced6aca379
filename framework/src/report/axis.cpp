#include "report/axis.h"

#include <algorithm>
#include <cmath>

#include "io/terminal_text.h"

namespace mtt {
namespace {

constexpr double kRounding = 1e-9;

/// 1, 2 or 5 times a power of ten, so that a range has two to five steps.
double tick_step(double range) {
  const double rough = range / 5, power = std::pow(10, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (rough <= factor * power) return factor * power;
  return 10 * power;
}

}  // namespace

std::string coordinate(double value) { return formatted("%.1f", value); }

void Axis::include(double value) {
  low = std::min(low, value);
  high = std::max(high, value);
}

void Axis::widen() {
  if (high > low) return;
  const double room = std::max(std::abs(high) * 0.1, 0.5);
  low -= room;
  high += room;
}

double Axis::place(double value, double from, double to) const {
  return from + (value - low) / (high - low) * (to - from);
}

std::vector<double> Axis::ticks(double least) const {
  const double step = std::max(least, tick_step(high - low));
  std::vector<double> values;
  for (double tick = std::ceil(low / step) * step; tick <= high + step * kRounding; tick += step)
    values.push_back(std::abs(tick) < step * kRounding ? 0 : tick);
  return values;
}

}  // namespace mtt

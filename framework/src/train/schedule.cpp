#include "train/schedule.h"

#include <algorithm>
#include <cmath>

#include "mtt/error.h"
#include "mtt/options.h"

namespace mtt {
namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr double kRatio = 32;

}  // namespace

std::vector<std::string> Schedule::names() { return {"constant", "linear", "cosine", "stlr"}; }

Schedule::Schedule(std::string_view name, double warmup, std::int64_t steps)
    : warmup_(warmup), steps_(static_cast<double>(steps)) {
  const std::vector<std::string> known = names();
  const auto found = std::find(known.begin(), known.end(), name);
  if (found == known.end()) {
    const std::string near = nearest(name, known);
    throw Error(
        "there is no schedule '" + std::string(name) + "'; " +
        (near.empty() ? "expected constant, linear, cosine or stlr" : "did you mean '" + near + "'?"));
  }
  shape_ = static_cast<Shape>(found - known.begin());
  if (!(warmup >= 0 && warmup <= 1))
    throw Error("the warm-up is the share " + std::to_string(warmup) + " of all steps; expected 0 to 1");
  if (steps < 1) throw Error("a schedule over " + std::to_string(steps) + " steps; expected at least 1");
  warmup_steps_ = shape_ == Shape::stlr ? std::floor(steps_ * warmup) : std::ceil(steps_ * warmup);
}

double Schedule::factor(std::int64_t step) const {
  const auto t = static_cast<double>(step);
  if (shape_ == Shape::stlr) return slanted(t);
  if (t < warmup_steps_) return t / warmup_steps_;
  if (shape_ == Shape::constant) return 1;
  const double done = std::min(1.0, (t - warmup_steps_) / std::max(1.0, steps_ - warmup_steps_));
  return shape_ == Shape::linear ? 1 - done : 0.5 * (1 + std::cos(kPi * done));
}

double Schedule::slanted(double t) const {
  const double cut = warmup_steps_;
  double height = 0;
  if (t < cut)
    height = t / cut;
  else if (cut == 0)
    height = 1 - t / steps_;
  else
    height = t == cut ? 1 : 1 - (t - cut) / (cut * (1 / warmup_ - 1));
  return (1 + std::max(0.0, height) * (kRatio - 1)) / kRatio;
}

}  // namespace mtt

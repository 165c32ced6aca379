#include "probe/lbfgs.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/dot.h>

#include <cmath>
#include <deque>
#include <limits>

namespace mtt {
namespace {

constexpr std::size_t kHistory = 20;
constexpr double kDecrease = 1e-4, kCurvature = 0.9;  // the constants of the Wolfe conditions
constexpr double kRounding = 1e-7;                    // of a value, relative
constexpr int kMostTrials = 60;

double scalar_product(const at::Tensor& a, const at::Tensor& b) { return at::dot(a, b).item<double>(); }

struct Pair {
  at::Tensor step, change;
  double product = 0;  ///< step · change, above 0
};

/// The direction of descent: minus the approximated inverse Hessian times the gradient.
at::Tensor direction(const at::Tensor& gradient, const std::deque<Pair>& pairs,
                     const Preconditioner& preconditioner) {
  at::Tensor q = gradient.clone();
  std::vector<double> alphas;
  for (auto pair = pairs.rbegin(); pair != pairs.rend(); ++pair) {
    alphas.push_back(scalar_product(pair->step, q) / pair->product);
    q.sub_(pair->change, alphas.back());
  }
  at::Tensor r = preconditioner.apply(q);
  if (!pairs.empty()) {
    const Pair& last = pairs.back();
    const double scale = last.product / scalar_product(last.change, preconditioner.apply(last.change));
    if (std::isfinite(scale) && scale > 0) r.mul_(scale);
  }
  for (const Pair& pair : pairs) {
    r.add_(pair.step, alphas.back() - scalar_product(pair.change, r) / pair.product);
    alphas.pop_back();
  }
  return r.neg_();
}

}  // namespace

Preconditioner::~Preconditioner() = default;

Minimum minimise(const std::function<ValueAndGradient(const at::Tensor&)>& function, at::Tensor start,
                 Preconditioner& preconditioner,
                 const std::function<bool(const at::Tensor&, const at::Tensor&)>& done,
                 std::int64_t most_evaluations) {
  Minimum at{.point = std::move(start), .value = 0, .evaluations = 1, .converged = false};
  ValueAndGradient here = function(at.point);
  std::deque<Pair> pairs;
  while (!(at.converged = done(at.point, here.gradient))) {
    const at::Tensor toward = direction(here.gradient, pairs, preconditioner);
    const double slope = scalar_product(here.gradient, toward);
    if (!(slope < 0)) {
      if (pairs.empty()) break;
      pairs.clear();
      continue;
    }
    double length = 1, low = 0, high = std::numeric_limits<double>::infinity();
    bool found = false;
    at::Tensor next;
    ValueAndGradient there;
    for (int trial = 0; trial < kMostTrials && at.evaluations < most_evaluations && !found; ++trial) {
      next = at.point + toward * length;
      there = function(next);
      ++at.evaluations;
      const double limit = here.value + kDecrease * length * slope + kRounding * std::abs(here.value);
      if (!(there.value <= limit))
        high = length;
      else if (scalar_product(there.gradient, toward) < kCurvature * slope)
        low = length;
      else
        found = true;
      if (!found) length = std::isfinite(high) ? (low + high) / 2 : 2 * low;
    }
    if (!found) {
      if (pairs.empty() || at.evaluations >= most_evaluations) break;
      pairs.clear();
      continue;
    }
    Pair pair{next - at.point, there.gradient - here.gradient};
    pair.product = scalar_product(pair.step, pair.change);
    if (pair.product > 0) {
      preconditioner.observe(pair.step, pair.change);
      pairs.push_back(std::move(pair));
      if (pairs.size() > kHistory) pairs.pop_front();
    }
    at.point = std::move(next);
    here = std::move(there);
  }
  at.value = here.value;
  return at;
}

}  // namespace mtt

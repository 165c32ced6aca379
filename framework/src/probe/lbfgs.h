// L-BFGS with a preconditioner.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>

namespace mtt {

/// The value and the gradient of a function at a point.
struct ValueAndGradient {
  double value = 0;
  at::Tensor gradient;  ///< double [P]
};

/// A symmetric positive definite approximation of the inverse Hessian.
class Preconditioner {
 public:
  virtual ~Preconditioner();
  /// double [P] → double [P]
  virtual at::Tensor apply(const at::Tensor& gradient) const = 0;
  /// Called after every step with the differences of the points and of the gradients.
  virtual void observe(const at::Tensor& step, const at::Tensor& change) = 0;
};

/// Where a minimisation ended.
struct Minimum {
  at::Tensor point;  ///< double [P]
  double value = 0;
  std::int64_t evaluations = 0;
  bool converged = false;  ///< `done` was true; false: the budget ended, or no step made progress
};

/// Minimises a convex, continuously differentiable function by L-BFGS (Nocedal and Wright 2006,
/// algorithm 7.4) with the twenty last steps and a line search for the weak Wolfe conditions by bisection. It
/// is deterministic. Ends where `done(point, gradient)`.
Minimum minimise(const std::function<ValueAndGradient(const at::Tensor& point)>& function, at::Tensor start,
                 Preconditioner& preconditioner,
                 const std::function<bool(const at::Tensor& point, const at::Tensor& gradient)>& done,
                 std::int64_t most_evaluations);

}  // namespace mtt

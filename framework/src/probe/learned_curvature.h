// The curvature of a head's loss, learned while it is minimised.
#pragma once

#include <cstdint>
#include <functional>

#include "probe/feature_basis.h"
#include "probe/lbfgs.h"

namespace mtt {

/// A diagonal Hessian that is learned from the steps: of each output the mean curvature, and of each
/// parameter its own as far as steps have shown it; biases share one, so that a sum that no loss depends on,
/// that of the biases of a softmax, stays where it is. A better approximation makes the minimisation faster
/// and changes nothing else.
class LearnedCurvature : public Preconditioner {
 public:
  /// For the sum over so many rows.
  LearnedCurvature(const FeatureBasis& basis, std::int64_t rows);

  /// The factor of |parameters|² / 2 in the function.
  void set_penalty(double penalty) { penalty_ = penalty; }
  at::Tensor apply(const at::Tensor& gradient) const override;
  void observe(const at::Tensor& step, const at::Tensor& change) override;

 private:
  double penalty_ = 0;
  at::Tensor unit_, outputs_, biases_;        ///< those of the basis, for all rows
  at::Tensor output_change_, output_square_;  ///< decaying sums over steps, of each output
  at::Tensor change_, square_;                ///< decaying sums over steps, of each parameter
  at::Tensor curvature_;                      ///< double [P], without the penalty
};

/// `minimise` within the basis; the function, the start and the minimum have the head's own parameters,
/// `done` gets the norms of the point and of the gradient within the basis.
Minimum minimise_within(const FeatureBasis& basis, LearnedCurvature& curvature,
                        const std::function<ValueAndGradient(const at::Tensor& point)>& function,
                        const at::Tensor& start,
                        const std::function<bool(double point, double gradient)>& done,
                        std::int64_t most_evaluations);

}  // namespace mtt

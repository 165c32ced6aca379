// The curvature of a linear layer's loss, as its features give it.
#pragma once

#include <cstdint>
#include <vector>

#include "mtt/nn/module.h"
#include "probe/lbfgs.h"

namespace mtt {

/// Approximates the Hessian of a head's penalised loss by h·(Gram matrix of the features and a constant 1)
/// for each row of a linear layer that reads the features, its bias with it, plus the penalty; h, the mean
/// curvature of the loss in an output, is that of the last step. All other parameters have the curvature of a
/// bias. A better approximation makes the minimisation faster and changes nothing else.
class FeaturePreconditioner : public Preconditioner {
 public:
  /// `parameters` in the order in which they are concatenated; features float [R, D], a sample of all `rows`.
  FeaturePreconditioner(const std::vector<nn::NamedParameter>& parameters, const at::Tensor& features,
                        std::int64_t rows);

  /// The factor of |W|² / 2.
  void set_penalty(double penalty) { penalty_ = penalty; }
  at::Tensor apply(const at::Tensor& gradient) const override;
  void observe(const at::Tensor& step, const at::Tensor& change) override;

 private:
  /// A weight [K, D] that reads the features, and its bias; or any other parameter, which has no rows.
  struct Block {
    std::int64_t begin = 0, size = 0;
    std::int64_t rows = 0;       ///< K; 0: not a weight that reads the features
    std::int64_t bias = -1;      ///< where its bias begins; -1: none
    bool done_by_other = false;  ///< a bias that goes with its weight
  };

  std::vector<Block> blocks_;
  at::Tensor mean_, values_,
      vectors_;  ///< of the features: [D]; eigenvalues and -vectors of the centred Gram
  double rows_ = 1, penalty_ = 0, curvature_ = 0.25;
};

}  // namespace mtt

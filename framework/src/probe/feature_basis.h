// Coordinates of a head's parameters in which its features are centred and uncorrelated.
#pragma once

#include <cstdint>
#include <vector>

#include "mtt/nn/module.h"

namespace mtt {

/// A weight W [K, D] that reads the features x, and its bias b, become W·V and b + W·m: V are the
/// eigenvectors of the centred Gram matrix of the features, m is their mean. |W| stays the same, outputs too.
/// Other parameters stay as they are. In these coordinates the Hessian of a loss of the outputs is nearly
/// diagonal. Vectors are double [P], the parameters one after the other.
class FeatureBasis {
 public:
  /// features float [R, D], or a sample of them.
  FeatureBasis(const std::vector<nn::NamedParameter>& parameters, const at::Tensor& features);

  /// Parameters in this basis, and back.
  at::Tensor into(const at::Tensor& point) const;
  at::Tensor out_of(const at::Tensor& point) const;
  /// The gradient with respect to the parameters in this basis, from the one with respect to the parameters.
  at::Tensor gradient(const at::Tensor& gradient) const;

  /// The norm of a point without the biases of its weights; the same in and out of this basis.
  double norm(const at::Tensor& point) const;

  /// The diagonal of the Hessian where each output has the curvature 1: eigenvalues for weights, the number
  /// of rows for other parameters. double [P]
  const at::Tensor& curvature() const { return curvature_; }
  /// The output that a parameter of a weight or of its bias belongs to; one more for each other parameter.
  /// int64 [P], from 0
  const at::Tensor& outputs() const { return outputs_; }
  /// Which parameters are biases of its weights. bool [P]
  const at::Tensor& biases() const { return biases_; }

 private:
  /// A weight [K, D] that reads the features, and its bias.
  struct Block {
    std::int64_t begin = 0, rows = 0;
    std::int64_t bias = -1;  ///< where its bias begins; -1: none
  };

  std::vector<Block> blocks_;
  std::int64_t width_ = 0;
  at::Tensor mean_, vectors_;  ///< of the features: [D], [D, D]
  at::Tensor curvature_, outputs_, biases_;
};

}  // namespace mtt

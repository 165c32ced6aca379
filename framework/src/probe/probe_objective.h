// The loss of a head on fixed features, as a function of its parameters.
#pragma once

#include <cstdint>

#include "probe/head_features.h"
#include "probe/lbfgs.h"

namespace mtt {

/// The sum of a head's loss over all rows of its features plus an L2 penalty, through the head's own
/// `forward` and `loss`, in the dtype of its parameters; sums over chunks of rows are float64. The parameters
/// must require gradients; they are overwritten by every evaluation. Results do not depend on the number of
/// threads.
class ProbeObjective {
 public:
  /// The features must live as long as it.
  ProbeObjective(const Task& task, const HeadFeatures& features, std::int64_t threads);

  /// `penalty` · |weights|² / 2 is added; parameters whose names end in "bias" are penalised a millionth as
  /// much, so that the bias of a label without examples stays finite.
  ValueAndGradient penalised(const at::Tensor& point, double penalty) const;

  /// The loss alone, without a gradient, divided by what the head counts.
  double mean_loss(const at::Tensor& point) const;

  std::int64_t parameters() const { return size_; }

 private:
  void set(const at::Tensor& point) const;
  at::Tensor loss(const FeaturePart& chunk) const;

  const Task& task_;
  std::int64_t threads_;
  std::vector<nn::NamedParameter> parameters_;
  std::int64_t size_ = 0;
  at::Tensor strengths_;             ///< double [P]: 1 for weights, a millionth for biases
  std::vector<FeaturePart> chunks_;  ///< whole examples that are computed at a time
};

/// The parameters of a head as one vector, double [P], and back.
at::Tensor parameter_vector(const std::vector<nn::NamedParameter>& parameters);
void set_parameters(const std::vector<nn::NamedParameter>& parameters, const at::Tensor& point);

}  // namespace mtt

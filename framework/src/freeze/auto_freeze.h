// The AutoFreeze rule.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "mtt/nn/module.h"
#include "mtt/value.h"

namespace mtt {

/// Decides from below which layers have settled (Liu et al. 2021): over an interval the gradients of each
/// layer are summed; Δ_l is the 1-norm of that sum, ρ_l = |Δ_l' − Δ_l| / Δ_l' its relative change since the
/// interval before. Layers below the first one whose ρ reaches the percentile over the active layers freeze.
class AutoFreeze {
 public:
  AutoFreeze(std::int64_t layers, double percentile);

  /// Adds a step's gradients. Parameters are the backbone's.
  void add(const std::vector<nn::NamedParameter>& backbone);

  /// Ends an interval: how many layers are frozen now. It never decreases.
  std::int64_t decide();

  /// The rule alone: norms of the interval before and of this one, of layers first, first+1, ... → the new
  /// first active layer.
  static std::int64_t first_active(const std::vector<double>& before, const std::vector<double>& now,
                                   std::int64_t first, double percentile);

  std::int64_t frozen() const { return first_; }

  /// The sums within an interval, by parameter name, and all else: for checkpoints.
  std::vector<nn::NamedParameter> sums() const { return sums_; }
  Value state() const;
  void restore(const Value& state, std::vector<nn::NamedParameter> sums);

 private:
  std::int64_t layers_;
  double percentile_;
  std::int64_t first_ = 0;
  std::vector<double> before_;  ///< [layers]; empty before the first interval ended
  std::vector<nn::NamedParameter> sums_;
};

}  // namespace mtt

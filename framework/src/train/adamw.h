// The optimizer.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "mtt/nn/module.h"
#include "train/train_settings.h"

namespace mtt {

/// Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2), each parameter with a rate and
/// a decay of its own. A parameter without a gradient is left alone: neither moved nor decayed.
class AdamW {
 public:
  /// A parameter and its state; moments are undefined until its first step.
  struct Slot {
    std::string name;
    at::Tensor parameter;
    double learning_rate = 0;  ///< before the schedule's factor
    double weight_decay = 0;
    at::Tensor first_moment = {}, second_moment = {};
    std::int64_t steps = 0;
  };

  AdamW(AdamWSettings settings, std::vector<Slot> slots);

  /// Steps every parameter that has a gradient; rates are multiplied by `factor`.
  void step(double factor);

  /// Forgets the moments of parameters that do not require a gradient any more; if they learn again, they
  /// begin as new ones do. Returns how many parameters lost theirs.
  std::int64_t forget_frozen();

  std::vector<Slot>& slots() { return slots_; }
  const std::vector<Slot>& slots() const { return slots_; }

 private:
  AdamWSettings settings_;
  std::vector<Slot> slots_;
};

/// Scales gradients down to a norm over all of them together, as PyTorch's clip_grad_norm_ does. Returns the
/// norm before. A norm that is not finite scales nothing.
double clip_gradients(const std::vector<AdamW::Slot>& slots, double norm);

}  // namespace mtt

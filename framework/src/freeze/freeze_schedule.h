// Which phase of a policy a step belongs to.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "freeze/freeze_policy.h"
#include "mtt/nn/module.h"
#include "mtt/value.h"

namespace mtt {

/// The steps of a training.
struct TrainingLength {
  std::int64_t steps_per_epoch = 1, steps = 0;  ///< steps: of all epochs
};

/// Says what is trainable at each step of a training.
class FreezeSchedule {
 public:
  FreezeSchedule() = default;
  virtual ~FreezeSchedule() = default;
  FreezeSchedule(const FreezeSchedule&) = delete;
  FreezeSchedule& operator=(const FreezeSchedule&) = delete;

  /// The phase of a step (0, 1, ...), as far as the gradients until now tell.
  virtual const Phase& phase(std::int64_t step) const = 0;

  /// Sees the gradients of a step, of the backbone's parameters; `steps_done` counts it. True where the next
  /// phase is to be entered right after this step, before an evaluation.
  virtual bool observe(std::int64_t steps_done, const std::vector<nn::NamedParameter>& backbone);

  /// What a checkpoint keeps; null where phases follow from steps alone.
  virtual Value state() const { return {}; }
  virtual std::vector<nn::NamedParameter> tensors() const { return {}; }
  virtual void restore(const Value& state, std::vector<nn::NamedParameter> tensors);
};

/// The schedule of a policy for a backbone with `layers` layers of its own.
std::unique_ptr<FreezeSchedule> freeze_schedule(const FreezePolicy& policy, std::int64_t layers,
                                                const TrainingLength& length);

}  // namespace mtt

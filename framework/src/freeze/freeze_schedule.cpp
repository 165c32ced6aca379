#include "freeze/freeze_schedule.h"

#include <string>
#include <utility>

#include "freeze/auto_freeze.h"

namespace mtt {
namespace {

/// Phases that begin at given epochs.
class FixedPhases final : public FreezeSchedule {
 public:
  FixedPhases(FreezePolicy policy, std::int64_t steps_per_epoch)
      : policy_(std::move(policy)), steps_per_epoch_(steps_per_epoch) {}

  const Phase& phase(std::int64_t step) const override {
    return policy_.phases[policy_.phase_of(step / steps_per_epoch_)];
  }

 private:
  FreezePolicy policy_;
  std::int64_t steps_per_epoch_;
};

/// Layers freeze from below as their gradients settle.
class SettlingLayers final : public FreezeSchedule {
 public:
  SettlingLayers(Phase all, const AutoFreezeSettings& settings, std::int64_t layers,
                 const TrainingLength& length)
      : all_(std::move(all)),
        rule_(layers, settings.percentile),
        layers_(layers),
        interval_((length.steps_per_epoch + settings.intervals - 1) / settings.intervals),
        steps_(length.steps) {
    follow();
  }

  const Phase& phase(std::int64_t) const override { return phase_; }

  bool observe(std::int64_t steps_done, const std::vector<nn::NamedParameter>& backbone) override {
    rule_.add(backbone);
    if (steps_done % interval_ != 0 || steps_done >= steps_) return false;
    const std::int64_t before = rule_.frozen();
    if (rule_.decide() == before) return false;
    follow();
    return true;
  }

  Value state() const override { return rule_.state(); }
  std::vector<nn::NamedParameter> tensors() const override { return rule_.sums(); }
  void restore(const Value& state, std::vector<nn::NamedParameter> tensors) override {
    rule_.restore(state, std::move(tensors));
    follow();
  }

 private:
  /// Of the backbone only the layers that are still active are trainable.
  void follow() {
    phase_ = all_;
    phase_.rules.push_back({"backbone", false});
    if (rule_.frozen() < layers_)
      phase_.rules.push_back(
          {"backbone.layers." + std::to_string(rule_.frozen()) + "-" + std::to_string(layers_ - 1), true});
  }

  Phase all_, phase_;
  AutoFreeze rule_;
  std::int64_t layers_, interval_, steps_;
};

}  // namespace

bool FreezeSchedule::observe(std::int64_t, const std::vector<nn::NamedParameter>&) { return false; }
void FreezeSchedule::restore(const Value&, std::vector<nn::NamedParameter>) {}

std::unique_ptr<FreezeSchedule> freeze_schedule(const FreezePolicy& policy, std::int64_t layers,
                                                const TrainingLength& length) {
  if (policy.auto_freeze)
    return std::make_unique<SettlingLayers>(policy.phases.front(), *policy.auto_freeze, layers, length);
  return std::make_unique<FixedPhases>(policy, length.steps_per_epoch);
}

}  // namespace mtt

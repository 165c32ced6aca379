// What a task-weighting plugin implements.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "mtt/head.h"
#include "mtt/nn/module.h"
#include "mtt/options.h"
#include "mtt/value.h"

namespace mtt {

/// What a weighting must know of a step, from cheap to dear.
enum class WeightingNeeds {
  nothing,         ///< its weights are known before the step
  losses,          ///< the losses of the step
  gradient_norms,  ///< the losses, and the norms of the tasks' gradients on the last shared layer
  gram,            ///< the losses, and the inner products of the tasks' gradients on the shared parameters
  gradients        ///< the losses, and those gradients themselves
};

/// A task as a weighting sees it.
struct WeightedTask {
  std::string name;
  LossKind kind = LossKind::classification;
};

/// What a weighting is told of one optimizer step. Lists run over all K tasks in their configured order.
struct WeightingStep {
  std::int64_t step = 0;               ///< 0, 1, ...
  std::int64_t epoch = 0;              ///< 0, 1, ...
  std::uint64_t seed = 0;              ///< of random draws; differs from step to step, not from run to run
  std::vector<std::size_t> present;    ///< the tasks that have examples in this step, ascending
  std::vector<double> losses;          ///< [K] mean losses; NaN where the task is absent
  std::vector<double> gradient_norms;  ///< [K] of the unweighted losses; NaN where absent; empty unless asked
};

/// A rule that balances tasks. Life: made from options; `begin`; then for every step `weights`, perhaps
/// `coefficients` or `combine`, and `after_step`; `after_epoch` after every epoch.
///
/// Loss weightings (needs: nothing, losses, gradient_norms) give `weights`, by which every task's loss is
/// multiplied. Gradient weightings (gram, gradients) decide on the gradient of the shared parameters; their
/// `weights` hold for the tasks' own heads alone.
///
/// A weighting may register parameters in `begin`. They are stepped with Adam after `after_step`, which sets
/// their gradients; they are part of a checkpoint.
class MTT_API Weighting : public nn::Module {
 public:
  ~Weighting() override;

  virtual WeightingNeeds needs() const = 0;

  /// Called once with all tasks. A number of tasks that the method cannot take throws Error.
  virtual void begin(const std::vector<WeightedTask>& tasks) = 0;

  /// [K]. The framework scales them to the sum K unless `own_objective`, or `normalize = false` in the
  /// experiment. Losses are NaN in `step` where `needs` is nothing. The weight of an absent task is not used.
  /// Where no shared parameter learns it is not asked: all weights are 1.
  virtual std::vector<double> weights(const WeightingStep& step);

  /// gram: float64 [N, N] of the N present tasks → their N coefficients α; the shared gradient is Σ α_i g_i.
  /// The framework scales them to the sum N where it is positive, with the same exceptions.
  virtual std::vector<double> coefficients(const at::Tensor& gram, const WeightingStep& step);

  /// gradients: float32 [N, P], one row a present task → the shared gradient [P].
  virtual at::Tensor combine(const at::Tensor& gradients, const WeightingStep& step);

  /// After the model's parameters moved, where a shared one learns; the losses in `step` are known, whatever
  /// `needs` says. `losses_again` computes the losses [K] of the same step anew, with the same draws of
  /// dropout, where the method asks; it costs a forward pass.
  virtual void after_step(const WeightingStep& step,
                          const std::function<std::vector<double>()>& losses_again);

  /// After an epoch, with the mean of each task's losses over its steps [K]; NaN for a task without steps.
  virtual void after_epoch(std::int64_t epoch, const std::vector<double>& mean_losses);

  /// True where the weights are the gradient of the method's own objective, which is never rescaled.
  virtual bool own_objective() const { return false; }

  /// Of Adam on the weighting's own parameters; `weight_decay` times a parameter is added to its gradient
  /// (L2, not decoupled as in AdamW).
  virtual double learning_rate() const { return 0; }
  virtual double weight_decay() const { return 0; }

  /// What must be in a checkpoint beside the parameters; `restore` comes after `begin`.
  virtual Value state() const;
  virtual void restore(const Value& state);
};

/// A registered weighting.
struct WeightingPlugin {
  std::string name;     ///< [a-z0-9_-]+; the plugin's folder and its TOML value
  std::string summary;  ///< one sentence
  OptionList options;
  std::function<std::unique_ptr<Weighting>(const Options& options)> create;
  /// What other systems call it: a user who writes one of these is told the name.
  std::vector<std::string> other_names = {};
};

}  // namespace mtt

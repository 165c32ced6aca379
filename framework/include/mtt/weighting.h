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

/// What a weighting needs from a step, from cheap to expensive.
enum class WeightingNeeds {
  nothing,         ///< the weights are known before the step
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

/// One optimizer step, as input of a weighting. Lists have one entry per task, [K], in the configured order.
struct WeightingStep {
  std::int64_t step = 0;               ///< 0, 1, ...
  std::int64_t epoch = 0;              ///< 0, 1, ...
  std::uint64_t seed = 0;              ///< seed of random draws, from the seed of the run and the step
  std::vector<std::size_t> present;    ///< the tasks that have examples in this step, ascending
  std::vector<double> losses;          ///< [K] mean losses; NaN if the task is absent
  std::vector<double> gradient_norms;  ///< [K] of the unweighted losses; NaN if absent; empty unless needed
};

/// A method that balances tasks. Order of calls: the constructor with options; `begin`; for every step
/// `weights`, `coefficients` or `combine` if needed, and `after_step`; `after_epoch` after every epoch.
///
/// Loss weightings (needs: nothing, losses, gradient_norms) return `weights`; each task's loss is multiplied
/// by its weight. Gradient weightings (gram, gradients) compute the gradient of the shared parameters; their
/// `weights` apply only to the tasks' own heads.
///
/// A weighting may register parameters in `begin`. `after_step` sets their gradients, Adam then updates
/// them; they are part of a checkpoint.
class MTT_API Weighting : public nn::Module {
 public:
  ~Weighting() override;

  virtual WeightingNeeds needs() const = 0;

  /// Called once with all tasks. A number of tasks that the method does not support throws Error.
  virtual void begin(const std::vector<WeightedTask>& tasks) = 0;

  /// [K]. The framework scales them to the sum K unless `own_objective`, or `normalize = false` in the
  /// experiment. Losses are NaN in `step` if `needs` is nothing. The weight of an absent task is not used.
  /// Not called if no shared parameter is trainable: all weights are then 1.
  virtual std::vector<double> weights(const WeightingStep& step);

  /// gram: float64 [N, N] of the N present tasks → their N coefficients α; the shared gradient is Σ α_i g_i.
  /// The framework scales them to the sum N if their sum is positive, with the same exceptions.
  virtual std::vector<double> coefficients(const at::Tensor& gram, const WeightingStep& step);

  /// gradients: float32 [N, P], one row per present task → the shared gradient [P].
  virtual at::Tensor combine(const at::Tensor& gradients, const WeightingStep& step);

  /// Called after the update of the model's parameters, if a shared one is trainable. The losses in `step`
  /// are known for any `needs`. `losses_again` computes the losses [K] of the same step again, with the same
  /// draws of dropout; a call costs a forward pass.
  virtual void after_step(const WeightingStep& step,
                          const std::function<std::vector<double>()>& losses_again);

  /// Called after an epoch, with each task's mean loss over its steps, [K]; NaN for a task without steps.
  virtual void after_epoch(std::int64_t epoch, const std::vector<double>& mean_losses);

  /// True if the weights are the gradient of the method's own objective; they are never rescaled.
  virtual bool own_objective() const { return false; }

  /// Settings of Adam for the weighting's own parameters; `weight_decay` times a parameter is added to its
  /// gradient (L2, not decoupled as in AdamW).
  virtual double learning_rate() const { return 0; }
  virtual double weight_decay() const { return 0; }

  /// What a checkpoint must hold in addition to the parameters; `restore` is called after `begin`.
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

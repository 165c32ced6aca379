// The weighting of a training, and every call into it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "model/task.h"
#include "mtt/weighting.h"
#include "plugin/plugin_call.h"

namespace mtt {

/// A weighting with its plugin's name. Training calls the weighting only through this class, so errors name
/// the plugin. Results that violate the contract throw Error.
class GuardedWeighting {
 public:
  GuardedWeighting(std::unique_ptr<Weighting> weighting, std::string plugin);

  // Properties of the weighting.
  WeightingNeeds needs() const;
  /// Whether it decides on the tasks' gradients, and so needs every task in a step.
  bool by_gradients() const;
  bool own_objective() const;
  double learning_rate() const;
  double weight_decay() const;

  // Calls during a training.
  void begin(const std::vector<WeightedTask>& tasks);
  void after_step(const WeightingStep& step, const std::function<std::vector<double>()>& losses_again);
  void after_epoch(std::int64_t epoch, const std::vector<double>& mean_losses);
  Value state() const;
  void restore(const Value& state);

  /// Its parameters, which are no calls into the plugin.
  const nn::Module& module() const { return *weighting_; }

  /// [tasks] weights, finite for those that are present; else throws Error.
  std::vector<double> weights(const WeightingStep& step, const std::vector<Task>& tasks);
  /// [N] finite coefficients for gram [N, N]; else throws Error.
  std::vector<double> coefficients(const at::Tensor& gram, const WeightingStep& step);
  /// [P], the direction for gradients [N, P]; another shape throws Error.
  at::Tensor combine(const at::Tensor& gradients, const WeightingStep& step);

 private:
  PluginCall call(const char* doing) const { return {"weighting", plugin_, "", doing}; }
  /// "the weighting 'pcgrad' returned "
  std::string returned() const;
  void check_list(const char* what, const std::vector<double>& list, std::size_t expected) const;

  std::unique_ptr<Weighting> weighting_;
  std::string plugin_;
};

}  // namespace mtt

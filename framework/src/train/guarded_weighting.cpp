#include "train/guarded_weighting.h"

#include <cmath>
#include <utility>

#include "mtt/error.h"

namespace mtt {

GuardedWeighting::GuardedWeighting(std::unique_ptr<Weighting> weighting, std::string plugin)
    : weighting_(std::move(weighting)), plugin_(std::move(plugin)) {}

WeightingNeeds GuardedWeighting::needs() const {
  return call_plugin(call("needs"), [&] { return weighting_->needs(); });
}
bool GuardedWeighting::by_gradients() const {
  const WeightingNeeds needed = needs();
  return needed == WeightingNeeds::gram || needed == WeightingNeeds::gradients;
}
bool GuardedWeighting::own_objective() const {
  return call_plugin(call("own_objective"), [&] { return weighting_->own_objective(); });
}
double GuardedWeighting::learning_rate() const {
  return call_plugin(call("learning_rate"), [&] { return weighting_->learning_rate(); });
}
double GuardedWeighting::weight_decay() const {
  return call_plugin(call("weight_decay"), [&] { return weighting_->weight_decay(); });
}

void GuardedWeighting::begin(const std::vector<WeightedTask>& tasks) {
  call_plugin(call("begin"), [&] { weighting_->begin(tasks); });
}
void GuardedWeighting::after_step(const WeightingStep& step,
                                  const std::function<std::vector<double>()>& losses_again) {
  call_plugin(call("after_step"), [&] { weighting_->after_step(step, losses_again); });
}
void GuardedWeighting::after_epoch(std::int64_t epoch, const std::vector<double>& mean_losses) {
  call_plugin(call("after_epoch"), [&] { weighting_->after_epoch(epoch, mean_losses); });
}
Value GuardedWeighting::state() const {
  return call_plugin(call("state"), [&] { return weighting_->state(); });
}
void GuardedWeighting::restore(const Value& state) {
  call_plugin(call("restore"), [&] { weighting_->restore(state); });
}

std::string GuardedWeighting::returned() const { return "the weighting '" + plugin_ + "' returned "; }

void GuardedWeighting::check_list(const char* what, const std::vector<double>& list,
                                  std::size_t expected) const {
  if (list.size() != expected)
    throw Error(returned() + std::to_string(list.size()) + " " + what + "; expected " +
                std::to_string(expected));
}

std::vector<double> GuardedWeighting::weights(const WeightingStep& step, const std::vector<Task>& tasks) {
  std::vector<double> weights = call_plugin(call("weights"), [&] { return weighting_->weights(step); });
  check_list("weights", weights, tasks.size());
  for (const std::size_t t : step.present)
    if (!std::isfinite(weights[t]))
      throw Error("at step " + std::to_string(step.step + 1) + " " + returned() + "the weight " +
                  std::to_string(weights[t]) + " for task '" + tasks[t].name + "'");
  return weights;
}

std::vector<double> GuardedWeighting::coefficients(const at::Tensor& gram, const WeightingStep& step) {
  std::vector<double> coefficients =
      call_plugin(call("coefficients"), [&] { return weighting_->coefficients(gram, step); });
  check_list("coefficients", coefficients, static_cast<std::size_t>(gram.size(0)));
  for (const double coefficient : coefficients)
    if (!std::isfinite(coefficient)) throw Error(returned() + "a coefficient that is not finite");
  return coefficients;
}

at::Tensor GuardedWeighting::combine(const at::Tensor& gradients, const WeightingStep& step) {
  at::Tensor direction = call_plugin(call("combine"), [&] { return weighting_->combine(gradients, step); });
  const std::int64_t found = direction.defined() ? direction.numel() : 0;
  if (found != gradients.size(1) || direction.dim() != 1)
    throw Error(returned() + "a gradient of " + std::to_string(found) + " values; expected " +
                std::to_string(gradients.size(1)) + ", one for each shared trainable parameter");
  return direction;
}

}  // namespace mtt

#include "train/weighting_results.h"

#include <cmath>

#include "mtt/error.h"
#include "plugin/plugin_call.h"

namespace mtt {
namespace {

void check_list(const char* what, const std::vector<double>& list, std::size_t expected) {
  if (list.size() != expected)
    throw Error("the weighting returned " + std::to_string(list.size()) + " " + what + "; expected " +
                std::to_string(expected));
}

}  // namespace

std::vector<double> checked_weights(Weighting& weighting, const WeightingStep& step,
                                    const std::vector<Task>& tasks) {
  std::vector<double> weights =
      call_plugin(weighting_call("weights"), [&] { return weighting.weights(step); });
  check_list("weights", weights, tasks.size());
  for (const std::size_t t : step.present)
    if (!std::isfinite(weights[t]))
      throw Error("at step " + std::to_string(step.step + 1) + " the weighting returned the weight " +
                  std::to_string(weights[t]) + " for task '" + tasks[t].name + "'");
  return weights;
}

std::vector<double> checked_coefficients(Weighting& weighting, const at::Tensor& gram,
                                         const WeightingStep& step) {
  std::vector<double> coefficients =
      call_plugin(weighting_call("coefficients"), [&] { return weighting.coefficients(gram, step); });
  check_list("coefficients", coefficients, static_cast<std::size_t>(gram.size(0)));
  for (const double coefficient : coefficients)
    if (!std::isfinite(coefficient)) throw Error("the weighting returned a coefficient that is not finite");
  return coefficients;
}

at::Tensor checked_direction(Weighting& weighting, const at::Tensor& gradients, const WeightingStep& step) {
  at::Tensor direction =
      call_plugin(weighting_call("combine"), [&] { return weighting.combine(gradients, step); });
  const std::int64_t found = direction.defined() ? direction.numel() : 0;
  if (found != gradients.size(1) || direction.dim() != 1)
    throw Error("the weighting returned a gradient of " + std::to_string(found) + " values; expected " +
                std::to_string(gradients.size(1)) + ", one for each shared trainable parameter");
  return direction;
}

}  // namespace mtt

#include "train/plugin_results.h"

#include <ATen/core/grad_mode.h>

#include <cmath>

#include "mtt/error.h"
#include "plugin/plugin_call.h"

namespace mtt {
namespace {

void check_list(const char* what, const std::vector<double>& list, std::size_t expected) {
  if (list.size() != expected)
    throw Error("the weighting gave " + std::to_string(list.size()) + " " + what + "; expected " +
                std::to_string(expected));
}

bool learns(const Task& task, const Encoding& encoding) {
  if (encoding.tokens.requires_grad() || encoding.sentences.requires_grad()) return true;
  for (const auto& [name, tensor] : task.head->parameters())
    if (tensor.requires_grad()) return true;
  return false;
}

}  // namespace

at::Tensor checked_loss(const Task& task, const Encoding& encoding, const at::Tensor& targets) {
  const at::Tensor logits =
      call_plugin(call_of(task, "forward"), [&] { return task.head->forward(encoding); });
  at::Tensor loss = call_plugin(call_of(task, "loss"), [&] { return task.head->loss(logits, targets); });
  const std::string who = "task '" + task.name + "': the loss of the head '" + task.plugin + "' ";
  if (!loss.defined() || loss.dim() != 0)
    throw Error(who +
                (loss.defined() ? "has " + std::to_string(loss.dim()) + " dimensions" : "is undefined") +
                "; expected the sum over the rows that have a target, a scalar");
  if (at::GradMode::is_enabled() && !loss.requires_grad() && learns(task, encoding))
    throw Error(who + "has no gradient; compute it from the logits with tensor operators alone");
  return loss;
}

double checked_count(const Task& task, const at::Tensor& targets) {
  const double count = call_plugin(call_of(task, "count"), [&] { return task.head->count(targets); });
  if (!std::isfinite(count) || count < 0)
    throw Error("task '" + task.name + "': the head '" + task.plugin + "' counts " + std::to_string(count) +
                " targets; expected 0 or more");
  return count;
}

std::vector<double> checked_weights(Weighting& weighting, const WeightingStep& step,
                                    const std::vector<Task>& tasks) {
  std::vector<double> weights =
      call_plugin(weighting_call("weights"), [&] { return weighting.weights(step); });
  check_list("weights", weights, tasks.size());
  for (const std::size_t t : step.present)
    if (!std::isfinite(weights[t]))
      throw Error("at step " + std::to_string(step.step + 1) + " the weighting gave the weight " +
                  std::to_string(weights[t]) + " for task '" + tasks[t].name + "'");
  return weights;
}

std::vector<double> checked_coefficients(Weighting& weighting, const at::Tensor& gram,
                                         const WeightingStep& step) {
  std::vector<double> coefficients =
      call_plugin(weighting_call("coefficients"), [&] { return weighting.coefficients(gram, step); });
  check_list("coefficients", coefficients, static_cast<std::size_t>(gram.size(0)));
  for (const double coefficient : coefficients)
    if (!std::isfinite(coefficient)) throw Error("the weighting gave a coefficient that is not finite");
  return coefficients;
}

at::Tensor checked_direction(Weighting& weighting, const at::Tensor& gradients, const WeightingStep& step) {
  at::Tensor direction =
      call_plugin(weighting_call("combine"), [&] { return weighting.combine(gradients, step); });
  const std::int64_t found = direction.defined() ? direction.numel() : 0;
  if (found != gradients.size(1) || direction.dim() != 1)
    throw Error("the weighting gave a gradient of " + std::to_string(found) + " values; expected " +
                std::to_string(gradients.size(1)) + ", one for each shared trainable parameter");
  return direction;
}

}  // namespace mtt

#include "train/adamw.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/zeros_like.h>

#include <cmath>
#include <map>
#include <utility>

namespace mtt {
namespace {

constexpr double kClipEpsilon = 1e-6;

struct Lists {
  std::vector<at::Tensor> parameters, gradients, first, second, steps;
};

}  // namespace

AdamW::AdamW(AdamWSettings settings, std::vector<Slot> slots)
    : settings_(settings), slots_(std::move(slots)) {}

void AdamW::step(double factor) {
  const at::NoGradGuard no_grad;
  std::map<std::pair<double, double>, Lists> groups;
  for (Slot& slot : slots_) {
    const at::Tensor& gradient = slot.parameter.grad();
    if (!slot.parameter.requires_grad() || !gradient.defined()) continue;
    if (!slot.first_moment.defined()) {
      slot.first_moment = at::zeros_like(slot.parameter);
      slot.second_moment = at::zeros_like(slot.parameter);
    }
    Lists& lists = groups[{slot.learning_rate, slot.weight_decay}];
    lists.parameters.push_back(slot.parameter);
    lists.gradients.push_back(gradient);
    lists.first.push_back(slot.first_moment);
    lists.second.push_back(slot.second_moment);
    lists.steps.push_back(at::full({}, static_cast<double>(++slot.steps), at::kFloat));
  }
  for (auto& [key, lists] : groups) {
    at::_fused_adamw_(lists.parameters, lists.gradients, lists.first, lists.second, {}, lists.steps,
                      key.first * factor, settings_.beta1, settings_.beta2, key.second, settings_.epsilon,
                      /*amsgrad=*/false, /*maximize=*/false);
    // the fused step leaves versions as they were, by which copies of the weights in another order are judged
    for (const at::Tensor& parameter : lists.parameters) parameter.unsafeGetTensorImpl()->bump_version();
  }
}

std::int64_t AdamW::forget_frozen() {
  std::int64_t forgotten = 0;
  for (Slot& slot : slots_) {
    if (slot.parameter.requires_grad() || !slot.first_moment.defined()) continue;
    slot.first_moment.reset();
    slot.second_moment.reset();
    slot.steps = 0;
    ++forgotten;
  }
  return forgotten;
}

double clip_gradients(const std::vector<AdamW::Slot>& slots, double norm) {
  const at::NoGradGuard no_grad;
  double squares = 0;
  for (const AdamW::Slot& slot : slots) {
    if (const at::Tensor& gradient = slot.parameter.grad(); gradient.defined()) {
      const double part = at::linalg_vector_norm(gradient).item<double>();
      squares += part * part;
    }
  }
  const double total = std::sqrt(squares);
  const double scale = norm / (total + kClipEpsilon);
  if (std::isfinite(total) && scale < 1)
    for (const AdamW::Slot& slot : slots)
      if (slot.parameter.grad().defined()) slot.parameter.mutable_grad().mul_(scale);
  return total;
}

}  // namespace mtt

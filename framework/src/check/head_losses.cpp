#include "check/head_losses.h"

#include <ATen/TensorOperators.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <string>
#include <utility>

#include "check/contract_report.h"

namespace mtt {

void check_targets(const HeadTrial& trial) {
  const at::Tensor targets = trial.targets_of(trial.head(), 0, trial.batch());
  require(targets.dim() >= 1 && targets.size(0) == trial.rows(trial.batch()),
          "prepare returns " + std::to_string(targets.dim() >= 1 ? targets.size(0) : 0) +
              " rows of targets; expected " + std::to_string(trial.rows(trial.batch())));
  const double count = trial.head().count(targets);
  require(std::isfinite(count) && count > 0,
          "count is " + std::to_string(count) + " where examples have labels");
}

void check_loss(const HeadTrial& trial) {
  trial.head().train(true);
  const auto part = [&](std::int64_t first, std::int64_t size) {
    const PackedBatch batch = trial.part_of(first, size);
    const at::Tensor targets = trial.targets_of(trial.head(), first, batch);
    const at::Tensor sum = trial.loss(batch, targets);
    require(sum.dim() == 0, "loss returns a tensor with " + std::to_string(sum.dim()) +
                                " dimensions; expected one number, the sum over all rows with a target");
    return std::pair(sum.item<double>(), trial.head().count(targets));
  };
  trial.head().set_dropout(0);
  const auto [all, count] = part(0, 6);
  require(std::isfinite(all), "the loss is not finite");
  if (trial.head().coupled()) return;
  const auto [first, first_count] = part(0, 2);
  const auto [rest, rest_count] = part(2, 4);
  require(std::abs(first_count + rest_count - count) < kRounding * count,
          "count of a batch is " + std::to_string(count) + ", and of its two parts together " +
              std::to_string(first_count + rest_count));
  require(std::abs(first + rest - all) < 1e-4 * (std::abs(all) + 1),
          "the loss of a batch is " + std::to_string(all) + ", and of its two parts together " +
              std::to_string(first + rest) + "; loss must be the sum over rows, not their mean");
}

void check_without_labels(const HeadTrial& trial) {
  const SampleBatch nothing({});
  for (const PackedBatch* batch : std::initializer_list<const PackedBatch*>{&trial.batch(), &nothing.batch}) {
    const std::string where = batch == &nothing.batch ? "there is no example" : "no example has a label";
    if (trial.transforms() && batch != &nothing.batch) continue;
    const at::Tensor targets = trial.targets_without_labels(*batch);
    const double count = trial.head().count(targets);
    if (count > 0 && trial.grouped() && batch == &trial.batch()) continue;  // pairs may teach by themselves
    require(count == 0, "count is " + std::to_string(count) + " where " + where + "; expected 0");
    const double sum = trial.loss(*batch, targets).item<double>();
    require(sum == 0, "the loss is " + std::to_string(sum) + " where " + where + "; expected 0");
  }
}

void check_gradients(const HeadTrial& trial) {
  trial.head().train(true);
  trial.head().set_dropout(0);
  Encoding encoding = trial.features(trial.batch());
  std::vector<at::Tensor> inputs;
  std::vector<std::string> names;
  for (at::Tensor* features : {&encoding.tokens, &encoding.sentences}) {
    if (!features->defined()) continue;
    features->set_requires_grad(true);
    inputs.push_back(*features);
    names.emplace_back("the features");
  }
  for (auto& [name, tensor] : trial.head().parameters()) {
    tensor.set_requires_grad(true);
    inputs.push_back(tensor);
    names.push_back("the parameter '" + name + "'");
  }
  const Head& head = trial.head();
  const at::Tensor loss = head.loss(encoding, trial.targets_of(head, 0, trial.batch()));
  require(loss.requires_grad(), "the loss has no gradient; compute it only with tensor operations");
  const auto gradients = torch::autograd::grad({loss}, inputs, {}, false, false, /*allow_unused=*/true);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    require(gradients[i].defined(), "no gradient reaches " + names[i]);
    require(gradients[i].isfinite().all().item<bool>(), "the gradient on " + names[i] + " is not finite");
    require(gradients[i].abs().max().item<double>() > 0, "the gradient on " + names[i] + " is 0");
  }
  for (auto& [name, tensor] : trial.head().parameters()) tensor.set_requires_grad(false);
  trial.head().train(false);
}

}  // namespace mtt

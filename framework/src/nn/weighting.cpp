#include "mtt/weighting.h"

#include "mtt/error.h"

namespace mtt {

Weighting::~Weighting() = default;

std::vector<double> Weighting::weights(const WeightingStep& step) {
  return std::vector<double>(step.losses.size(), 1.0);
}

at::Tensor Weighting::combine(const at::Tensor&, const WeightingStep&) {
  throw Error("a weighting that needs gradients must have combine()");
}

std::vector<double> Weighting::coefficients(const at::Tensor&, const WeightingStep&) {
  throw Error("a weighting that needs the Gram matrix must have coefficients()");
}

void Weighting::after_step(const WeightingStep&, const std::function<std::vector<double>()>&) {}

void Weighting::after_epoch(std::int64_t, const std::vector<double>&) {}

Value Weighting::state() const { return Value::Table{}; }

void Weighting::restore(const Value&) {}

}  // namespace mtt

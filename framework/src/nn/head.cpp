#include "mtt/head.h"

#include <ATen/TensorOperators.h>

#include "mtt/error.h"

namespace mtt {

Head::~Head() = default;

at::Tensor Head::loss(const at::Tensor&, const at::Tensor&) const {
  throw Error("this head has no loss; override loss(logits, targets) or loss(encoding, targets)");
}

at::Tensor Head::loss(const Encoding& encoding, const at::Tensor& targets) const {
  return loss(forward(encoding), targets);
}

double Head::count(const at::Tensor& targets) const {
  const at::Tensor known = targets.is_floating_point() ? targets.eq(targets) : targets.ne(kNoTarget);
  return static_cast<double>(known.sum().item<std::int64_t>());
}

TransformedInput Head::transform(const PackedBatch&, RandomStream&) const {
  throw Error("this head does not transform its inputs; override transform(input, random)");
}

at::Tensor Head::probabilities(const at::Tensor&) const { return {}; }

std::optional<bool> Head::right(const Value&, const Value&) const { return std::nullopt; }

void Head::initialise(const std::string& method, const at::Tensor&, const at::Tensor&) {
  throw Error("this head has no closed form '" + method + "'; write init = \"none\"");
}

}  // namespace mtt

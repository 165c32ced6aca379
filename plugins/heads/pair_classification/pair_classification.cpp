#include "pair_classification.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/abs.h>
#include <ATen/ops/cat.h>

at::Tensor PairClassification::forward(const mtt::Encoding& encoding) const {
  const at::Tensor& u = encoding.sentences;
  const at::Tensor& v = encoding.partners;
  return Classification::forward({.tokens = {}, .sentences = at::cat({u, v, (u - v).abs()}, 1)});
}

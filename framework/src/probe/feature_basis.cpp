#include "probe/feature_basis.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/linalg_eigh.h>
#include <ATen/ops/outer.h>
#include <ATen/ops/zeros.h>

#include "nn/row_blocks.h"

namespace mtt {

FeatureBasis::FeatureBasis(const std::vector<nn::NamedParameter>& parameters, const at::Tensor& features)
    : width_(features.size(1)) {
  std::int64_t size = 0;
  for (const auto& [name, tensor] : parameters) size += tensor.numel();
  mean_ = features.mean({0}, /*keepdim=*/false, at::kDouble);
  at::Tensor gram = at::zeros({width_, width_}, at::kDouble);
  for_row_blocks(features.size(0), [&](std::int64_t first, std::int64_t count) {
    const at::Tensor part = features.narrow(0, first, count).to(at::kDouble) - mean_;
    gram += part.t().matmul(part);
  });
  at::Tensor values;
  std::tie(values, vectors_) = at::linalg_eigh(gram);
  values = values.clamp_min(0) / static_cast<double>(features.size(0));

  curvature_ = at::zeros({size}, at::kDouble).fill_(1);
  outputs_ = at::arange(size);
  biases_ = at::zeros({size}, at::kBool);
  std::int64_t begin = 0;
  for (const auto& [name, tensor] : parameters) {
    if (name.ends_with("weight") && tensor.dim() == 2 && tensor.size(1) == width_) {
      Block block{.begin = begin, .rows = tensor.size(0)};
      curvature_.narrow(0, begin, tensor.numel()).view({block.rows, width_}).copy_(values);
      const at::Tensor first = at::arange(begin, begin + block.rows);
      outputs_.narrow(0, begin, tensor.numel()).view({block.rows, width_}).copy_(first.unsqueeze(1));
      const std::string bias = name.substr(0, name.size() - std::string("weight").size()) + "bias";
      std::int64_t its_begin = 0;
      for (const auto& [other, its] : parameters) {
        if (other == bias && its.numel() == block.rows) {
          block.bias = its_begin;
          outputs_.narrow(0, its_begin, block.rows).copy_(first);
          biases_.narrow(0, its_begin, block.rows).fill_(true);
        }
        its_begin += its.numel();
      }
      blocks_.push_back(block);
    }
    begin += tensor.numel();
  }
}

at::Tensor FeatureBasis::into(const at::Tensor& point) const {
  at::Tensor result = point.clone();
  for (const Block& block : blocks_) {
    const at::Tensor weight = point.narrow(0, block.begin, block.rows * width_).view({block.rows, width_});
    result.narrow(0, block.begin, block.rows * width_).copy_(weight.matmul(vectors_).flatten());
    if (block.bias >= 0) result.narrow(0, block.bias, block.rows).add_(weight.matmul(mean_));
  }
  return result;
}

at::Tensor FeatureBasis::out_of(const at::Tensor& point) const {
  at::Tensor result = point.clone();
  for (const Block& block : blocks_) {
    const at::Tensor weight =
        point.narrow(0, block.begin, block.rows * width_).view({block.rows, width_}).matmul(vectors_.t());
    result.narrow(0, block.begin, block.rows * width_).copy_(weight.flatten());
    if (block.bias >= 0) result.narrow(0, block.bias, block.rows).sub_(weight.matmul(mean_));
  }
  return result;
}

at::Tensor FeatureBasis::gradient(const at::Tensor& gradient) const {
  at::Tensor result = gradient.clone();
  for (const Block& block : blocks_) {
    at::Tensor weight = gradient.narrow(0, block.begin, block.rows * width_).view({block.rows, width_});
    if (block.bias >= 0) weight = weight - at::outer(gradient.narrow(0, block.bias, block.rows), mean_);
    result.narrow(0, block.begin, block.rows * width_).copy_(weight.matmul(vectors_).flatten());
  }
  return result;
}

double FeatureBasis::norm(const at::Tensor& point) const {
  return point.masked_fill(biases_, 0).norm().item<double>();
}

}  // namespace mtt

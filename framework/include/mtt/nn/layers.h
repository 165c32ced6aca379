// Building blocks that backbones and heads share; all work on packed rows, [T, H] or [B, D].
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "mtt/nn/module.h"

namespace mtt::nn {

/// An elementwise function by the name that `hidden_act` gives it: gelu, gelu_new, gelu_pytorch_tanh, relu,
/// silu, tanh, identity. An unknown name throws Error.
class MTT_API Activation {
 public:
  explicit Activation(std::string_view name);
  at::Tensor operator()(const at::Tensor& x) const;
  bool is_gelu() const;  ///< the exact one

 private:
  at::Tensor (*function_)(const at::Tensor&);
};

/// y = x Wᵀ + b with `weight` [out, in] and `bias` [out].
///
/// Where no gradient is asked for, rows are computed by a kernel of our own on processors on which it is the
/// faster one. It keeps a copy of the weights in its own order, made at first use and again after a change,
/// and gives a row the same bits whatever rows stand beside it.
class MTT_API Linear : public Module {
 public:
  Linear(std::int64_t in, std::int64_t out, bool bias = true);
  ~Linear() override;
  /// [N, in] → [N, out]
  at::Tensor forward(const at::Tensor& x) const;
  /// activation(x Wᵀ + b), [N, in] → [N, out]
  at::Tensor forward(const at::Tensor& x, const Activation& activation) const;

  at::Tensor& weight;
  at::Tensor* bias = nullptr;  ///< nullptr where the layer has none

 private:
  class PackedWeight;
  std::unique_ptr<PackedWeight> packed_;
};

/// Layer normalisation over the last dimension (Ba et al. 2016), parameters `weight` [size], `bias` [size].
class MTT_API LayerNorm : public Module {
 public:
  LayerNorm(std::int64_t size, double epsilon);
  at::Tensor forward(const at::Tensor& x) const;

  at::Tensor& weight;
  at::Tensor& bias;

 private:
  double epsilon_;
};

/// A table of vectors, parameter `weight` [rows, size].
class MTT_API Embedding : public Module {
 public:
  Embedding(std::int64_t rows, std::int64_t size);
  /// int64 [N] → [N, size]. Every index must be within the rows.
  at::Tensor forward(const at::Tensor& indices) const;

  at::Tensor& weight;
};

}  // namespace mtt::nn

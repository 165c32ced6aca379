// Building blocks that backbones and heads share; all work on packed rows, [T, H] or [B, D].
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

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

/// Changes what a Linear gives; LoRA and Houlsby adapters are such.
class MTT_API LinearAdapter : public Module {
 public:
  ~LinearAdapter() override;
  /// x [N, in], y = x Wᵀ + b [N, out] → the adapted [N, out]. `y` is the adapter's own: it may write into it
  /// and return it. It must not write into `x`, which others read.
  virtual at::Tensor forward(const at::Tensor& x, at::Tensor y) const = 0;
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

  /// Registers an adapter as a child; from now on it changes what `forward` gives. Several act in turn.
  void adapt(std::string name, std::unique_ptr<LinearAdapter> adapter);

  at::Tensor& weight;
  at::Tensor* bias = nullptr;  ///< nullptr where the layer has none

 private:
  at::Tensor plain(const at::Tensor& x, const Activation& activation) const;

  std::vector<LinearAdapter*> adapters_;
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

/// In training mode, sets each value to zero with a probability and scales the others so that the expectation
/// stays (Srivastava et al. 2014); otherwise gives its input. The draws depend on the last `reseed` alone.
class MTT_API Dropout final : public Module {
 public:
  explicit Dropout(double probability) : probability_(probability) {}
  /// any shape → the same shape
  at::Tensor forward(const at::Tensor& x) const;

 private:
  double probability_;
  mutable std::uint64_t state_ = 0;
};

/// A table of vectors, parameter `weight` [rows, size].
class MTT_API Embedding : public Module {
 public:
  Embedding(std::int64_t rows, std::int64_t size);
  /// int64 [N] → [N, size]. Every index must be within the rows.
  friend class Module;

  at::Tensor forward(const at::Tensor& indices) const;

  at::Tensor& weight;
};

}  // namespace mtt::nn

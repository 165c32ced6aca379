// Building blocks that backbones and heads share; all work on packed rows, [T, H] or [B, D].
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mtt/nn/module.h"
#include "mtt/precision.h"

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

/// Changes the output of a Linear; LoRA and Houlsby adapters are examples.
class MTT_API LinearAdapter : public Module {
 public:
  ~LinearAdapter() override;
  /// x [N, in], y = x Wᵀ + b [N, out] → the adapted [N, out]. `y` belongs to the adapter, which may write
  /// into it and return it. It must not write into `x`, because other modules read it.
  virtual at::Tensor forward(const at::Tensor& x, at::Tensor y) const = 0;
};

/// y = x Wᵀ + b, parameters `weight` [out, in] and `bias` [out].
///
/// The computation is chosen by device and precision. With gradients, LibTorch's operators are used, or mtt's
/// own kernel where it is faster or `train_in` asks for it. Without, float32 rows are computed by mtt's own
/// kernel on processors with AVX2 or AVX-512. It keeps a packed copy of the weight, made at first use and
/// again after a change of the parameter, and the result of a row is bit-identical in any batch.
///
/// After `infer_in`, products may have a lower precision: see Precision.
///
/// `forward` may be called from several threads at once, but not while another thread changes parameters.
class MTT_API Linear : public Module {
 public:
  Linear(std::int64_t in, std::int64_t out, bool bias = true);
  ~Linear() override;
  /// [N, in] → [N, out]
  at::Tensor forward(const at::Tensor& x) const;
  /// activation(x Wᵀ + b), [N, in] → [N, out]
  at::Tensor forward(const at::Tensor& x, const Activation& activation) const;

  std::int64_t in() const { return weight_.size(1); }
  std::int64_t out() const { return weight_.size(0); }

  /// Copies values into the parameters, as a closed form does. `bias` is undefined for a layer without one.
  /// Other shapes than those of the parameters are refused.
  void assign(const at::Tensor& weight, const at::Tensor& bias);

  /// Computes products for inference in this precision from now on. For `fp32` the packed copy of the weight
  /// is made now instead of at first use. For `bf16` and `int8` the reduced weight replaces the parameter:
  /// `weight` keeps its shape, but not its values or its memory, and there are no gradients. The rows stay
  /// bit-identical in any batch. A precision that this processor does not have throws c10::Error.
  void infer_in(Precision precision);

  /// The precision of products where gradients are needed: fp32, or bf16 on float32 weights and sums. Without
  /// such products on this processor, or for few rows, they are those of fp32.
  void train_in(Precision precision) { training_precision_ = precision; }

  /// Registers an adapter as a child; it changes the output of `forward`. Several are applied in order.
  void adapt(std::string name, std::unique_ptr<LinearAdapter> adapter);

 private:
  at::Tensor plain(const at::Tensor& x, const Activation& activation) const;

  at::Tensor& weight_;
  at::Tensor* bias_;  ///< nullptr if the layer has none
  std::vector<LinearAdapter*> adapters_;
  class Products;
  std::unique_ptr<Products> products_;
  bool reduced_ = false;
  Precision training_precision_ = Precision::fp32;
};

/// Layer normalisation over the last dimension (Ba et al. 2016), parameters `weight` [size], `bias` [size].
/// Where no gradient is needed, mtt's own kernel computes rows of float32 on processors with AVX2 or AVX-512.
class MTT_API LayerNorm : public Module {
 public:
  LayerNorm(std::int64_t size, double epsilon);
  /// any shape [..., size] → the same shape
  at::Tensor forward(const at::Tensor& x) const;
  /// The normalised sum of `x` and `residual`, both [N, size]. `x` belongs to the layer, which may write into
  /// it and return it.
  at::Tensor forward(at::Tensor x, const at::Tensor& residual) const;

  at::Tensor& weight;
  at::Tensor& bias;

 private:
  bool by_kernel(const at::Tensor& x, const at::Tensor& residual, at::Tensor& y) const;

  double epsilon_;
};

/// In training mode, sets each value to zero with a probability and scales the others so that the expectation
/// is unchanged (Srivastava et al. 2014); otherwise it returns x. Draws depend only on the last `reseed`.
class MTT_API Dropout final : public Module {
 public:
  explicit Dropout(double probability) : probability_(probability) {}
  /// any shape → the same shape
  at::Tensor forward(const at::Tensor& x) const;

 private:
  friend class Module;

  double probability_;
  mutable std::uint64_t state_ = 0;
  std::shared_ptr<const DrawRows> rows_;
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

// Small trainable parts beside frozen projections.
#pragma once

#include <cstdint>

#include "model/adapter_settings.h"
#include "model/guarded_backbone.h"

namespace mtt {

/// Low-rank update of some output rows, y + (alpha / rank) · B A x (Hu et al. 2021, eq. 3): parameters `a`
/// [rank, in], `b` [rows, rank]. B begins at zero, so that the first output is that of the frozen model.
class LoraAdapter : public nn::LinearAdapter {
 public:
  LoraAdapter(std::int64_t in, std::int64_t first_row, std::int64_t rows, std::int64_t rank, double alpha);
  at::Tensor forward(const at::Tensor& x, at::Tensor y) const override;

 private:
  std::int64_t first_row_, rows_;
  double scale_;
  at::Tensor& a_;
  at::Tensor& b_;
};

/// Bottleneck on the output, y + W_up gelu(W_down y + b) + b' (Houlsby et al. 2019).
class HoulsbyAdapter : public nn::LinearAdapter {
 public:
  HoulsbyAdapter(std::int64_t size, std::int64_t bottleneck);
  at::Tensor forward(const at::Tensor& x, at::Tensor y) const override;

 private:
  nn::Linear& down_;
  nn::Linear& up_;
  nn::Activation gelu_;
};

/// Adds adapters to a backbone and gives them their first values: LoRA's A uniform within 1/√in, B zero;
/// Houlsby's weights normal with deviation 1e-3, cut at two deviations, biases zero. A backbone without the
/// places asked for throws Error.
void add_adapters(GuardedBackbone& backbone, const AdapterSettings& settings, std::int64_t seed);

}  // namespace mtt

// What follows the backbone in a sentence-transformers model: pooling, dense layers, normalisation.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "model/pooling.h"
#include "mtt/nn/layers.h"

namespace mtt {

/// A linear layer with an activation on sentence vectors, optionally with a residual.
class Dense : public nn::Module {
 public:
  Dense(std::int64_t in, std::int64_t out, bool bias, std::string_view activation, bool residual);
  /// [B, in] → [B, out]
  at::Tensor forward(const at::Tensor& sentences) const;

 private:
  nn::Linear& linear_;
  nn::Linear* residual_ = nullptr;  ///< where sizes differ
  bool add_input_ = false;
  nn::Activation activation_;
};

/// Pooling, then any dense layers in order, then L2 normalisation where the model has it, then a cut to the
/// first `truncate` dimensions (0: none).
class SentenceModules : public nn::Module {
 public:
  struct DenseShape {
    std::int64_t in = 0, out = 0;
    bool bias = true;
    std::string activation = "tanh";
    bool residual = false;
    std::string source = {};  ///< the file that says this, for messages
  };

  SentenceModules(std::int64_t hidden, Pooling pooling, const std::vector<DenseShape>& dense, bool normalize,
                  std::int64_t truncate);

  /// tokens [T, H] → sentences [B, D]. `normalize` alone decides on L2 normalisation.
  at::Tensor forward(const at::Tensor& tokens, const PackedBatch& batch, bool normalize) const;

  std::int64_t width() const { return width_; }  ///< D
  bool normalizes() const { return normalize_; }
  const Pooling& pooling() const { return pooling_; }
  Dense& dense(std::size_t index) { return *dense_.at(index); }

 private:
  Pooling pooling_;
  std::vector<Dense*> dense_;
  bool normalize_;
  std::int64_t truncate_;
  std::int64_t width_;
};

}  // namespace mtt

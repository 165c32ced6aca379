#include "model/sentence_modules.h"

#include "mtt/error.h"

namespace mtt {

Dense::Dense(std::int64_t in, std::int64_t out, bool bias, std::string_view activation, bool residual)
    : linear_(child<nn::Linear>("linear", in, out, bias)),
      residual_(residual && in != out ? &child<nn::Linear>("residual", in, out, false) : nullptr),
      add_input_(residual && in == out),
      activation_(activation) {}

at::Tensor Dense::forward(const at::Tensor& sentences) const {
  at::Tensor result = activation_(linear_.forward(sentences));
  if (add_input_) return result.add(sentences);
  return residual_ ? result.add(residual_->forward(sentences)) : result;
}

SentenceModules::SentenceModules(std::int64_t hidden, Pooling pooling, const std::vector<DenseShape>& dense,
                                 bool normalize, std::int64_t truncate)
    : pooling_(std::move(pooling)), normalize_(normalize), truncate_(truncate) {
  width_ = hidden * static_cast<std::int64_t>(pooling_.modes.size());
  for (const auto& shape : dense) {
    if (shape.in != width_) {
      throw Error(shape.source + ": in_features is " + std::to_string(shape.in) +
                  ", but the module before this dense layer gives vectors of size " + std::to_string(width_) +
                  "; the directory's modules do not match");
    }
    dense_.push_back(&child<Dense>("dense." + std::to_string(dense_.size()), shape.in, shape.out, shape.bias,
                                   shape.activation, shape.residual));
    width_ = shape.out;
  }
  if (truncate_ > 0 && truncate_ < width_) width_ = truncate_;
}

at::Tensor SentenceModules::forward(const at::Tensor& tokens, const PackedBatch& batch,
                                    bool normalize) const {
  at::Tensor sentences = pooling_.forward(tokens, batch);
  for (const Dense* dense : dense_) sentences = dense->forward(sentences);
  if (normalize) sentences = normalized(sentences);
  return sentences.size(1) > width_ ? sentences.narrow(1, 0, width_) : sentences;
}

}  // namespace mtt

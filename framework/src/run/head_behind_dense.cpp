#include "run/head_behind_dense.h"

namespace mtt {

void HeadBehindDense::build(std::int64_t width) {
  dense_ = &child<nn::Linear>("dense", width, width);
  head_->build(width);
}

at::Tensor HeadBehindDense::forward(const Encoding& encoding) const {
  return head_->forward(
      {.batch = encoding.batch, .sentences = dense_->forward(encoding.sentences, activation_)});
}

}  // namespace mtt

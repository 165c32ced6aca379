#include "train/recomputed_vectors.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/tensor.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/functions/utils.h>

#include <algorithm>
#include <utility>

namespace mtt {
namespace {

using Encode = std::function<std::vector<at::Tensor>(std::size_t part)>;

class Recompute : public torch::autograd::Node {
 public:
  Recompute(Encode encode, std::vector<at::Tensor> rows, std::vector<at::Tensor> parameters)
      : encode_(std::move(encode)), rows_(std::move(rows)), parameters_(std::move(parameters)) {}

  torch::autograd::variable_list apply(torch::autograd::variable_list&& gradients) override {
    const at::AutoGradMode with_graph(true);
    std::vector<at::Tensor> sums(parameters_.size());
    if (std::none_of(gradients.begin(), gradients.end(), [](const at::Tensor& g) { return g.defined(); }))
      return sums;
    for (std::size_t part = 0; part < rows_.size(); ++part) {
      const std::vector<at::Tensor> vectors = encode_(part);
      std::vector<at::Tensor> outputs, of_outputs;
      for (std::size_t i = 0; i < vectors.size(); ++i) {
        if (!gradients[i].defined() || !vectors[i].requires_grad()) continue;
        outputs.push_back(vectors[i]);
        of_outputs.push_back(gradients[i].index_select(0, rows_[part]));
      }
      if (outputs.empty()) continue;
      const auto found = torch::autograd::grad(outputs, parameters_, of_outputs, false, false,
                                               /*allow_unused=*/true);
      for (std::size_t p = 0; p < sums.size(); ++p)
        if (found[p].defined()) sums[p] = sums[p].defined() ? sums[p].add_(found[p]) : found[p].clone();
    }
    return sums;
  }

 private:
  Encode encode_;
  std::vector<at::Tensor> rows_, parameters_;
};

}  // namespace

std::vector<at::Tensor> recomputed_vectors(const Encode& encode,
                                           const std::vector<std::vector<std::int64_t>>& parts,
                                           const std::vector<at::Tensor>& parameters) {
  std::vector<at::Tensor> rows, trainable, result;
  std::int64_t size = 0;
  for (const auto& part : parts) {
    rows.push_back(at::tensor(part, at::kLong));
    size += static_cast<std::int64_t>(part.size());
  }
  std::vector<bool> seen(static_cast<std::size_t>(size), false);
  for (const auto& part : parts)
    for (const std::int64_t row : part) {
      TORCH_CHECK(row >= 0 && row < size && !seen[row], "the parts hold the row ", row, " of ", size,
                  " twice, or not within them");
      seen[row] = true;
    }
  for (const at::Tensor& parameter : parameters)
    if (parameter.requires_grad()) trainable.push_back(parameter);
  {
    const at::NoGradGuard no_graph;
    for (std::size_t part = 0; part < parts.size(); ++part) {
      const std::vector<at::Tensor> vectors = encode(part);
      for (std::size_t i = 0; i < vectors.size(); ++i) {
        if (part == 0) result.push_back(at::empty({size, vectors[i].size(1)}, vectors[i].options()));
        result[i].index_copy_(0, rows[part], vectors[i]);
      }
    }
  }
  if (!at::GradMode::is_enabled() || trainable.empty()) return result;
  const c10::intrusive_ptr<torch::autograd::Node> node =
      c10::make_intrusive<Recompute>(encode, std::move(rows), trainable);
  node->set_next_edges(torch::autograd::collect_next_edges(trainable));
  for (at::Tensor& vectors : result) torch::autograd::set_history(vectors, node);
  return result;
}

}  // namespace mtt

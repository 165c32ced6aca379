#include "probe/probe_objective.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/dot.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>

#include "model/parameter_name.h"
#include "model/run_on_workers.h"

namespace mtt {
namespace {

constexpr std::int64_t kLeastRows = 256, kMostRows = 2048;  // of a chunk
constexpr std::int64_t kLanes = 8;  // sums that are kept apart: more than processors that we expect to use
constexpr double kBiasStrength = 1e-6;

at::Tensor in_type(const at::Tensor& targets, at::ScalarType type) {
  return targets.is_floating_point() ? targets.to(type) : targets;
}

}  // namespace

at::Tensor parameter_vector(const std::vector<nn::NamedParameter>& parameters) {
  std::vector<at::Tensor> parts;
  for (const auto& [name, tensor] : parameters) parts.push_back(tensor.detach().flatten().to(at::kDouble));
  return at::cat(parts);
}

void set_parameters(const std::vector<nn::NamedParameter>& parameters, const at::Tensor& point) {
  const at::NoGradGuard no_grad;
  std::int64_t begin = 0;
  for (const auto& [name, tensor] : parameters) {
    tensor.copy_(point.narrow(0, begin, tensor.numel()).view(tensor.sizes()));
    begin += tensor.numel();
  }
}

ProbeObjective::ProbeObjective(const Task& task, const HeadFeatures& features, std::int64_t threads)
    : task_(task), threads_(threads), parameters_(task.module().parameters()) {
  std::vector<at::Tensor> strengths;
  for (const auto& [name, tensor] : parameters_) {
    size_ += tensor.numel();
    strengths.push_back(at::full({tensor.numel()}, is_bias(name) ? kBiasStrength : 1.0, at::kDouble));
  }
  strengths_ = at::cat(strengths);
  const std::int64_t at_once = std::clamp(features.rows() / kLanes + 1, kLeastRows, kMostRows);
  const auto examples = static_cast<std::int64_t>(features.examples.size());
  for (std::int64_t first = 0, last; first < examples; first = last) {
    last = first + 1;
    while (last < examples && features.starts[last + 1] - features.starts[first] <= at_once) ++last;
    chunks_.push_back(features.part(first, last));
  }
}

void ProbeObjective::set(const at::Tensor& point) const { set_parameters(parameters_, point); }

at::Tensor ProbeObjective::loss(const FeaturePart& chunk) const {
  const at::ScalarType type = parameters_.front().tensor.scalar_type();
  return task_.loss(chunk.encoding(task_.reads(), type), in_type(chunk.targets, type));
}

ValueAndGradient ProbeObjective::penalised(const at::Tensor& point, double penalty) const {
  set(point);
  std::vector<at::Tensor> wanted;
  for (const auto& [name, tensor] : parameters_) wanted.push_back(tensor);
  const auto count = static_cast<std::int64_t>(chunks_.size());
  std::vector<double> values(kLanes, 0.0);
  std::vector<at::Tensor> gradients(kLanes);
  const std::int64_t lanes = std::min(kLanes, count);
  run_on_workers(std::min(threads_, lanes), lanes, [&](std::int64_t lane) {
    at::Tensor& sum = gradients[lane];
    for (std::int64_t c = lane; c < count; c += kLanes) {
      const at::Tensor of_chunk = loss(chunks_[c]);
      const auto parts = torch::autograd::grad({of_chunk}, wanted, {}, false, false, /*allow_unused=*/true);
      const at::NoGradGuard no_grad;
      values[lane] += of_chunk.item<double>();
      if (!sum.defined()) sum = at::zeros({size_}, at::kDouble);
      std::int64_t begin = 0;
      for (std::size_t p = 0; p < wanted.size(); ++p) {
        if (parts[p].defined()) sum.narrow(0, begin, wanted[p].numel()).add_(parts[p].flatten());
        begin += wanted[p].numel();
      }
    }
  });
  const at::NoGradGuard no_grad;
  const at::Tensor pull = point * strengths_ * penalty;
  ValueAndGradient result{.value = at::dot(pull, point).item<double>() / 2, .gradient = pull};
  for (std::int64_t lane = 0; lane < lanes; ++lane) {
    result.value += values[lane];
    result.gradient += gradients[lane];
  }
  return result;
}

double ProbeObjective::mean_loss(const at::Tensor& point) const {
  set(point);
  const auto count = static_cast<std::int64_t>(chunks_.size());
  std::vector<double> losses(chunks_.size()), counts(chunks_.size());
  run_on_workers(std::min(threads_, count), count, [&](std::int64_t c) {
    const at::NoGradGuard no_grad;
    losses[c] = loss(chunks_[c]).item<double>();
    counts[c] = task_.count(chunks_[c].targets);
  });
  double loss = 0, counted = 0;
  for (std::size_t c = 0; c < losses.size(); ++c) {
    loss += losses[c];
    counted += counts[c];
  }
  return counted > 0 ? loss / counted : 0;
}

}  // namespace mtt

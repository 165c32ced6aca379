#include <ATen/ops/gelu.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/tanh.h>

#include <string>
#include <vector>

#include "mtt/error.h"
#include "mtt/nn/layers.h"

namespace mtt::nn {
namespace {

struct Named {
  const char* name;
  at::Tensor (*function)(const at::Tensor&);
};

at::Tensor gelu(const at::Tensor& x) { return at::gelu(x); }
at::Tensor gelu_tanh(const at::Tensor& x) { return at::gelu(x, "tanh"); }

constexpr Named kActivations[] = {
    {"gelu", gelu},
    {"gelu_new", gelu_tanh},
    {"gelu_pytorch_tanh", gelu_tanh},
    {"relu", [](const at::Tensor& x) { return at::relu(x); }},
    {"silu", [](const at::Tensor& x) { return at::silu(x); }},
    {"tanh", [](const at::Tensor& x) { return at::tanh(x); }},
    {"identity", [](const at::Tensor& x) { return x; }},
};

}  // namespace

Activation::Activation(std::string_view name) {
  std::string known;
  for (const auto& entry : kActivations) {
    if (entry.name == name) {
      function_ = entry.function;
      return;
    }
    known += (known.empty() ? "" : ", ") + std::string(entry.name);
  }
  throw Error("unknown activation '" + std::string(name) + "'; expected one of " + known);
}

bool Activation::is_gelu() const { return function_ == gelu; }

at::Tensor Activation::operator()(const at::Tensor& x) const { return function_(x); }

}  // namespace mtt::nn

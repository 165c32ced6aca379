#include "mtt/nn/module.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>

#include "mtt/nn/layers.h"

namespace mtt::nn {

Module::~Module() = default;

std::vector<NamedParameter> Module::parameters() const {
  std::vector<NamedParameter> all;
  collect(&Module::parameters_, "", all);
  return all;
}

std::vector<NamedParameter> Module::buffers() const {
  std::vector<NamedParameter> all;
  collect(&Module::buffers_, "", all);
  return all;
}

void Module::collect(Tensors Module::*of, const std::string& prefix,
                     std::vector<NamedParameter>& into) const {
  for (const auto& [name, tensor] : this->*of) into.push_back({prefix + name, *tensor});
  for (const auto& [name, module] : children_) module->collect(of, prefix + name + ".", into);
}

void Module::to(const Placement& placement) {
  TORCH_CHECK(at::isFloatingType(placement.dtype), "a module is placed in a floating-point type, not in ",
              placement.dtype);
  const at::NoGradGuard no_grad;
  const auto move = [&](at::Tensor& tensor) {
    const at::ScalarType type = tensor.is_floating_point() ? placement.dtype : tensor.scalar_type();
    if (tensor.device() != placement.device || tensor.scalar_type() != type)
      tensor.set_data(tensor.detach().to(placement.device, type));
  };
  for (auto& [name, tensor] : parameters()) {
    tensor.mutable_grad().reset();
    move(tensor);
  }
  for (auto& [name, tensor] : buffers()) move(tensor);
}

std::vector<std::string> Module::linear_weights() const {
  if (dynamic_cast<const Linear*>(this) != nullptr) return {"weight"};
  std::vector<std::string> names;
  for (const auto& [name, module] : children_)
    for (const std::string& weight : module->linear_weights()) names.push_back(name + "." + weight);
  return names;
}

void Module::infer_in(Precision precision) {
  if (auto* linear = dynamic_cast<Linear*>(this)) return linear->infer_in(precision);
  for (const auto& [name, module] : children_) module->infer_in(precision);
}

void Module::train_in(Precision precision) {
  if (auto* linear = dynamic_cast<Linear*>(this)) linear->train_in(precision);
  for (const auto& [name, module] : children_) module->train_in(precision);
}

void Module::train(bool on) {
  training_ = on;
  for (const auto& [name, module] : children_) module->train(on);
}

void Module::reseed(std::uint64_t seed, const std::shared_ptr<const DrawRows>& rows) {
  if (auto* dropout = dynamic_cast<Dropout*>(this)) {
    dropout->state_ = seed;
    dropout->rows_ = rows;
  }
  for (const auto& [name, module] : children_) {
    seed = seed * 0x5851f42d4c957f2dU + 0x14057b7ef767814fU;
    module->reseed(seed, rows);
  }
}

void Module::set_dropout(double probability) {
  if (auto* dropout = dynamic_cast<Dropout*>(this)) dropout->probability_ = probability;
  for (const auto& [name, module] : children_) module->set_dropout(probability);
}

at::Tensor& Module::parameter(std::string name, at::IntArrayRef shape) {
  parameters_.emplace_back(std::move(name), std::make_unique<at::Tensor>(at::empty(shape, at::kFloat)));
  return *parameters_.back().second;
}

at::Tensor& Module::buffer(std::string name, at::Tensor value) {
  TORCH_CHECK(value.defined() && !value.requires_grad(), "the buffer '", name,
              "' is undefined or requires a gradient");
  buffers_.emplace_back(std::move(name), std::make_unique<at::Tensor>(std::move(value)));
  return *buffers_.back().second;
}

void Module::adopt(std::string name, std::unique_ptr<Module> module) {
  children_.emplace_back(std::move(name), std::move(module));
}

}  // namespace mtt::nn

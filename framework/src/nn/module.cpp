#include "mtt/nn/module.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>

namespace mtt::nn {

Module::~Module() = default;

std::vector<NamedParameter> Module::parameters() const {
  std::vector<NamedParameter> all;
  collect("", all);
  return all;
}

void Module::collect(const std::string& prefix, std::vector<NamedParameter>& into) const {
  for (const auto& [name, tensor] : parameters_) into.push_back({prefix + name, *tensor});
  for (const auto& [name, module] : children_) module->collect(prefix + name + ".", into);
}

void Module::to(at::ScalarType type) {
  const at::NoGradGuard no_grad;
  for (auto& [name, tensor] : parameters()) {
    tensor.mutable_grad().reset();
    if (tensor.scalar_type() != type) tensor.set_data(tensor.detach().to(type));
  }
}

void Module::train(bool on) {
  training_ = on;
  for (const auto& [name, module] : children_) module->train(on);
}

void Module::reseed(std::uint64_t seed) {
  for (const auto& [name, module] : children_) {
    seed = seed * 0x5851f42d4c957f2dU + 0x14057b7ef767814fU;
    module->reseed(seed);
  }
}

void Module::set_dropout(double probability) {
  for (const auto& [name, module] : children_) module->set_dropout(probability);
}

at::Tensor& Module::parameter(std::string name, at::IntArrayRef shape) {
  parameters_.emplace_back(std::move(name), std::make_unique<at::Tensor>(at::empty(shape, at::kFloat)));
  return *parameters_.back().second;
}

void Module::adopt(std::string name, std::unique_ptr<Module> module) {
  children_.emplace_back(std::move(name), std::move(module));
}

}  // namespace mtt::nn

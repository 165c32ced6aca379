// Named parameters in a tree.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mtt/export.h"

namespace mtt::nn {

/// A parameter with its dotted name: "layers.0.attention.qkv.weight".
struct NamedParameter {
  std::string name;
  at::Tensor tensor;
};

/// A part of a model that owns parameters and other modules. Parameters are created without values
/// (uninitialised float32 storage) and are given them by a checkpoint or by `initialise`.
/// Names are contract: checkpoints, freeze selectors and reports use them.
class MTT_API Module {
 public:
  Module() = default;
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;
  virtual ~Module();

  /// All parameters of this module and its children, in the order of registration.
  std::vector<NamedParameter> parameters() const;

  /// Training mode (dropout active) for this module and its children. New modules are in eval mode.
  void train(bool on);
  bool training() const { return training_; }

  /// Converts all parameters, in place: the handles of this module and of others stay valid. They lose their
  /// gradients.
  void to(at::ScalarType type);

  /// Starts the random draws of this module and its children anew, so that a forward pass is repeatable.
  virtual void reseed(std::uint64_t seed);
  /// The probability of every Dropout within this module.
  virtual void set_dropout(double probability);

 protected:
  /// Registers a float32 parameter of the given shape and returns the module's own handle to it; the handle
  /// stays valid and sees values that are loaded later.
  at::Tensor& parameter(std::string name, at::IntArrayRef shape);

  /// Makes and registers a child module.
  template <class M, class... Args>
  M& child(std::string name, Args&&... args) {
    auto made = std::make_unique<M>(std::forward<Args>(args)...);
    M& reference = *made;
    adopt(std::move(name), std::move(made));
    return reference;
  }
  void adopt(std::string name, std::unique_ptr<Module> module);

 private:
  void collect(const std::string& prefix, std::vector<NamedParameter>& into) const;

  std::vector<std::pair<std::string, std::unique_ptr<at::Tensor>>> parameters_;
  std::vector<std::pair<std::string, std::unique_ptr<Module>>> children_;
  bool training_ = false;
};

}  // namespace mtt::nn

// Named parameters and buffers in a tree.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mtt/export.h"
#include "mtt/placement.h"
#include "mtt/precision.h"

namespace mtt::nn {

/// The rows of the whole step's batch that a micro-batch contains: Dropout makes the same draws for them as
/// in the whole batch.
struct DrawRows {
  std::vector<std::int64_t> tokens;  ///< for each token: its number in the whole batch
  std::vector<std::int64_t> inputs;  ///< for each input
  std::int64_t all_tokens = 0, all_inputs = 0;
};

/// A parameter or buffer with its dotted name: "layers.0.attention.qkv.weight".
struct NamedParameter {
  std::string name;
  at::Tensor tensor;
};

/// A part of a model that owns parameters, buffers and other modules. Parameters are created without values
/// (uninitialised float32 storage) and are then filled from a checkpoint or by `initialise`.
/// Names are part of the contract: checkpoints, freeze selectors and reports use them.
///
/// A buffer is a constant tensor, for example a mask. It is not trained and not in checkpoints: its values
/// follow from the options and the state of the module. A registered buffer is moved with the
/// parameters.
class MTT_API Module {
 public:
  Module() = default;
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;
  virtual ~Module();

  /// All parameters of this module and its children, in the order of registration.
  std::vector<NamedParameter> parameters() const;
  /// All buffers, in the same order.
  std::vector<NamedParameter> buffers() const;

  /// Training mode (dropout active) for this module and its children. New modules are in eval mode.
  void train(bool on);
  bool training() const { return training_; }

  /// Moves all parameters and buffers to the placement's device and converts those of a floating-point type
  /// to its type, in place: the handles of this module and of others stay valid. Parameters lose their
  /// gradients. A placement whose type is not floating-point is refused.
  void to(const Placement& placement);

  /// The names of the weights of every Linear within this module but those of adapters.
  std::vector<std::string> linear_weights() const;
  /// Calls `infer_in` of every Linear within this module but those of adapters.
  void infer_in(Precision precision);

  /// Calls `train_in` of every Linear within this module.
  void train_in(Precision precision);

  /// Sets the seed of every Dropout within this module, so that a forward pass is repeatable.
  /// `rows`: null for a whole batch; used until the next call.
  void reseed(std::uint64_t seed, const std::shared_ptr<const DrawRows>& rows = nullptr);
  /// The probability of every Dropout within this module.
  void set_dropout(double probability);

 protected:
  /// Registers a float32 parameter of the given shape and returns the module's own handle to it; the handle
  /// stays valid and refers to values that are loaded later.
  at::Tensor& parameter(std::string name, at::IntArrayRef shape);
  /// Registers a constant tensor and returns the module's own handle to it, which stays valid.
  at::Tensor& buffer(std::string name, at::Tensor value);

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
  using Tensors = std::vector<std::pair<std::string, std::unique_ptr<at::Tensor>>>;
  void collect(Tensors Module::*of, const std::string& prefix, std::vector<NamedParameter>& into) const;

  Tensors parameters_, buffers_;
  std::vector<std::pair<std::string, std::unique_ptr<Module>>> children_;
  bool training_ = false;
};

}  // namespace mtt::nn

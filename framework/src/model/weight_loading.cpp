#include "model/weight_loading.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <map>
#include <numeric>
#include <set>

#include "model/missing_tensor.h"
#include "mtt/error.h"
#include "nn/quantized_weight.h"

namespace mtt {
namespace {

std::string shape_text(at::IntArrayRef shape) {
  std::string text;
  for (const std::int64_t size : shape) text += (text.empty() ? "" : ", ") + std::to_string(size);
  return "[" + text + "]";
}

at::ScalarType scalar_type(const TensorView& view, const std::string& source) {
  switch (view.dtype) {
    case DType::F32:
      return at::kFloat;
    case DType::F16:
      return at::kHalf;
    case DType::BF16:
      return at::kBFloat16;
    case DType::F64:
      return at::kDouble;
    default:
      throw Error(source + ": tensor '" + view.name + "' is of type " + std::string(dtype_name(view.dtype)) +
                  "; weights are F32, F16, BF16 or F64");
  }
}

/// The checkpoint tensors that make up one parameter.
struct Filling {
  at::Tensor parameter;
  std::vector<std::pair<const TensorView*, std::optional<std::int64_t>>> parts = {};
};

/// Refuses two tensors that fill the same rows.
void check_once(const Filling& filling, const std::string& source) {
  for (std::size_t i = 1; i < filling.parts.size(); ++i) {
    const auto& [before, row_before] = filling.parts[i - 1];
    const auto& [view, row] = filling.parts[i];
    if (row == row_before)
      throw Error(source + ": the tensors '" + before->name + "' and '" + view->name +
                  "' are the same part of the model; one of them must be removed");
  }
}

/// Tensors of 8 bits with their scales.
class Int8Tensors {
 public:
  explicit Int8Tensors(const Weights& weights) : source_(weights.source()), is_int8_(weights.is_int8()) {
    if (!is_int8_) return;
    std::set<std::string, std::less<>> reduced;
    for (const TensorView& view : weights.tensors())
      if (view.dtype == DType::I8) reduced.insert(view.name + std::string(kScalesEnding));
    for (const TensorView& view : weights.tensors())
      if (reduced.contains(view.name)) scales_.emplace(view.name, &view);
  }

  bool is_scales(const std::string& name) const { return scales_.contains(name); }

  at::Tensor values(const TensorView& view) const {
    if (view.dtype != DType::I8 || !is_int8_) return float_tensor(view, source_);
    const auto scales = scales_.find(view.name + std::string(kScalesEnding));
    if (scales == scales_.end())
      throw Error(source_ + ": the tensor '" + view.name +
                  "' of 8 bits has no scales; export the model again");
    const at::Tensor factors = float_tensor(*scales->second, source_);
    if (view.shape.size() != 2 || factors.sizes() != at::IntArrayRef({view.shape[0]}))
      throw Error(source_ + ": the tensor '" + view.name + "' has the shape " + shape_text(view.shape) +
                  ", and its scales " + shape_text(factors.sizes()) + "; expected a scale for each row");
    const at::Tensor levels = at::empty(view.shape, at::kChar);
    if (view.bytes > 0) std::memcpy(levels.mutable_data_ptr(), view.data, view.bytes);
    constexpr int kLargestLevel = 127;
    const bool fits = (factors * kLargestLevel).isfinite().all().item<bool>() &&
                      at::ge(factors, 0).all().item<bool>() &&
                      at::ge(levels, -kLargestLevel).all().item<bool>();
    if (!fits)
      throw Error(source_ + ": the tensor '" + view.name +
                  "' has values or scales that no export writes; export the model again");
    return nn::dequantized({levels, factors});
  }

 private:
  const std::string& source_;
  bool is_int8_;
  std::map<std::string, const TensorView*, std::less<>> scales_;
};

void fill(const std::string& name, Filling& filling, const std::string& source, const Int8Tensors& int8,
          const std::function<std::string(std::int64_t)>& missing) {
  at::Tensor& parameter = filling.parameter;
  std::stable_sort(filling.parts.begin(), filling.parts.end(),
                   [](const auto& a, const auto& b) { return a.second < b.second; });
  check_once(filling, source);
  if (filling.parts.empty()) throw Error(missing(0));
  if (!filling.parts.front().second) {
    const TensorView& view = *filling.parts.front().first;
    if (parameter.sizes() != at::IntArrayRef(view.shape)) {
      throw Error(source + ": tensor '" + view.name + "' has the shape " + shape_text(view.shape) +
                  "; expected " + shape_text(parameter.sizes()) + " for the parameter '" + name + "'");
    }
    parameter.set_data(int8.values(view));
    return;
  }
  std::int64_t filled = 0;
  for (const auto& [view, row] : filling.parts) {
    if (*row > filled) throw Error(missing(filled));
    const std::int64_t rows = view->shape.empty() ? 0 : view->shape[0];
    std::vector<std::int64_t> expected = parameter.sizes().vec();
    expected[0] = rows;
    if (*row != filled || view->shape != expected || rows > parameter.size(0) - filled) {
      throw Error(source + ": tensor '" + view->name + "' of shape " + shape_text(view->shape) +
                  " does not fit row " + std::to_string(*row) + " of the parameter '" + name + "' " +
                  shape_text(parameter.sizes()) + ", of which " + std::to_string(filled) +
                  " rows are filled");
    }
    parameter.narrow(0, filled, rows).copy_(int8.values(*view));
    filled += rows;
  }
  if (filled != parameter.size(0)) throw Error(missing(filled));
}

}  // namespace

at::Tensor float_tensor(const TensorView& view, const std::string& source) {
  const at::ScalarType type = scalar_type(view, source);
  const bool aligned = reinterpret_cast<std::uintptr_t>(view.data) % alignof(float) == 0;
  if (type == at::kFloat && aligned && view.bytes > 0) {
    // The mapping is private: a write through the tensor changes this process's copy of the page only.
    return at::from_blob(
        const_cast<std::byte*>(view.data), view.shape, [keep = view.file](void*) {}, at::kFloat);
  }
  const at::Tensor copy = at::empty(view.shape, type);
  if (view.bytes > 0) std::memcpy(copy.mutable_data_ptr(), view.data, view.bytes);
  return copy.to(at::kFloat);
}

void load_weights(nn::Module& module, const Weights& weights,
                  const std::function<std::optional<WeightTarget>(std::string_view)>& target,
                  std::vector<std::string>& warnings) {
  const at::NoGradGuard no_grad;
  std::map<std::string, Filling> fillings;
  for (auto& [name, tensor] : module.parameters()) fillings.emplace(name, Filling{tensor});
  const Int8Tensors int8(weights);
  for (const TensorView& view : weights.tensors()) {
    if (int8.is_scales(view.name)) continue;
    const auto goes_to = target(view.name);
    if (!goes_to) {
      warnings.push_back(weights.source() + ": tensor '" + view.name +
                         "' is not part of this model and is not used");
      continue;
    }
    if (goes_to->parameter.empty()) continue;
    const auto found = fillings.find(goes_to->parameter);
    if (found == fillings.end()) {
      throw Error(weights.source() + ": tensor '" + view.name + "' belongs to '" + goes_to->parameter +
                  "', which this model does not have; config.json and the weights do not match");
    }
    found->second.parts.emplace_back(&view, goes_to->row);
  }
  for (auto& [name, filling] : fillings) {
    fill(name, filling, weights.source(), int8, [&](std::int64_t row) {
      std::vector<std::string> present;
      for (const TensorView& view : weights.tensors()) present.push_back(view.name);
      const auto tensor = missing_tensor_name(name, row, present, target);
      const std::string hint = naming_hint(present, target);
      const std::string part = "the parameter '" + name + "' " + shape_text(filling.parameter.sizes());
      return weights.source() + ": " +
             (tensor
                  ? "the tensor '" + *tensor + "' is missing, for " + part
                  : "no tensor for " + part + (row > 0 ? " from row " + std::to_string(row) + " on" : "")) +
             "; " + (hint.empty() ? "the file lacks a part of the model" : hint);
    });
  }
}

}  // namespace mtt

#include "model/tensor_file.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cstring>

#include "io/safetensors.h"
#include "io/safetensors_writer.h"
#include "io/weights.h"
#include "mtt/error.h"
#include "nn/quantized_weight.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

nn::NamedParameter read_tensor(const TensorView& view, const fs::path& file) {
  if (view.dtype != DType::F32)
    throw Error(file.string() + ": the tensor '" + view.name + "' is of type " +
                std::string(dtype_name(view.dtype)) + "; expected F32");
  at::Tensor tensor = at::empty(view.shape, at::kFloat);
  if (view.bytes > 0) std::memcpy(tensor.mutable_data_ptr(), view.data, view.bytes);
  return {view.name, std::move(tensor)};
}

/// Tensors to be written, with their values.
struct TensorList {
  std::vector<TensorToWrite> written = {};
  std::vector<at::Tensor> kept = {};

  void add(const std::string& name, DType type, const at::Tensor& tensor) {
    const at::Tensor values = kept.emplace_back(tensor.detach().contiguous());
    written.push_back(
        {name, type, values.sizes().vec(), static_cast<const std::byte*>(values.const_data_ptr())});
  }
};

}  // namespace

void copy_into(const std::vector<nn::NamedParameter>& saved, std::vector<nn::NamedParameter> parameters,
               const std::string& source) {
  const at::NoGradGuard no_grad;
  for (const auto& [name, tensor] : saved) {
    const auto found = std::find_if(parameters.begin(), parameters.end(),
                                    [&name = name](const nn::NamedParameter& p) { return p.name == name; });
    if (found == parameters.end())
      throw Error(source + ": there is a tensor '" + name +
                  "', which the model does not have; model or "
                  "configuration are not those that it was saved with");
    if (found->tensor.sizes() != tensor.sizes())
      throw Error(source + ": the tensor '" + name +
                  "' has another shape than the model's; model or "
                  "configuration are not those that it was saved with");
    found->tensor.copy_(tensor);
  }
}

void save_tensors(const fs::path& file, const std::vector<nn::NamedParameter>& tensors) {
  TensorList list;
  for (const auto& [name, tensor] : tensors) list.add(name, DType::F32, tensor);
  write_safetensors(file, list.written, {{"format", "pt"}});
}

void save_int8_tensors(const fs::path& file, const std::vector<nn::NamedParameter>& tensors,
                       const std::function<bool(const std::string& name)>& is_reduced) {
  TensorList list;
  for (const auto& [name, tensor] : tensors) {
    if (!is_reduced(name)) {
      list.add(name, DType::F32, tensor);
      continue;
    }
    const nn::QuantizedWeight weight = nn::quantized(tensor.detach());
    list.add(name, DType::I8, weight.values);
    list.add(name + std::string(kScalesEnding), DType::F32, weight.scales);
  }
  write_safetensors(file, list.written, {{"format", "mtt-int8"}});
}

std::vector<nn::NamedParameter> load_tensors(const fs::path& file) {
  std::vector<nn::NamedParameter> tensors;
  for (const TensorView& view : SafetensorsFile::open(file).tensors)
    tensors.push_back(read_tensor(view, file));
  return tensors;
}

void copy_file_into(const fs::path& file, const std::vector<nn::NamedParameter>& parameters) {
  for (const TensorView& view : SafetensorsFile::open(file).tensors)
    copy_into({read_tensor(view, file)}, parameters, file.string());
}

}  // namespace mtt

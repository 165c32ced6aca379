#include "model/checkpoint_precision.h"

#include "model/config_file.h"
#include "text/component_json.h"

namespace mtt {
namespace {

/// The dtype of config.json, or of the first weight with a floating type, as transformers decides.
std::string compute_type(const Value& config, const Weights& weights) {
  for (const char* key : {"dtype", "torch_dtype"})
    if (const Value* dtype = config.find(key); !is_null(dtype) && dtype->is(Value::Kind::string)) {
      const std::string& name = dtype->string();
      return name.starts_with("torch.") ? name.substr(6) : name;
    }
  for (const TensorView& view : weights.tensors()) {
    if (view.dtype == DType::F16) return "float16";
    if (view.dtype == DType::BF16) return "bfloat16";
    if (view.dtype == DType::F64) return "float64";
    if (view.dtype == DType::F32) return "float32";
  }
  return "float32";
}

}  // namespace

void check_precision(const Value& config, const std::filesystem::path& config_file, const Weights& weights,
                     std::vector<std::string>& warnings) {
  if (const Value* quantization = config.find("quantization_config"); !is_null(quantization))
    quantization->refuse(
        "quantization_config: quantised weights are not supported; save the model without quantisation "
        "(in transformers, model.dequantize() if the method has it), or remove the key if the weights are "
        "not quantised");
  const std::string type = compute_type(config, weights);
  if (type != "float32")
    warnings.push_back(config_file.string() + ": the model is stored for computing in " + type +
                       "; mtt computes in float32, so the vectors differ from those of sentence-transformers "
                       "by the rounding of " +
                       type);
}

}  // namespace mtt

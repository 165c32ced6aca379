#include "model/peft_adapter.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/from_blob.h>

#include <map>

#include "io/file.h"
#include "io/safetensors.h"
#include "mtt/error.h"
#include "value/json.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

constexpr std::size_t kMostConfigBytes = 4u << 20;
constexpr const char* kConfig = "adapter_config.json";
constexpr const char* kWeights = "adapter_model.safetensors";
constexpr std::string_view kPrefix = "base_model.model.";
constexpr std::string_view kA = ".lora_A.weight", kB = ".lora_B.weight";

/// A key that must be absent, null, false or empty.
void refuse_set(const Value& config, const char* key) {
  const Value* value = config.find(key);
  const bool unset = !value || value->is(Value::Kind::null) ||
                     (value->is(Value::Kind::boolean) && !value->boolean()) ||
                     (value->is(Value::Kind::table) && value->table().empty()) ||
                     (value->is(Value::Kind::array) && value->array().empty());
  if (!unset)
    value->refuse(std::string(key) + " " + value->json() +
                  " of an adapter is not supported; expected plain LoRA");
}

at::Tensor tensor_of(const TensorView& view, const fs::path& file) {
  if (view.dtype != DType::F32 || view.shape.size() != 2)
    throw Error(file.string() + ": tensor '" + view.name + "' is not a float32 matrix, as LoRA's are");
  return at::from_blob(const_cast<std::byte*>(view.data), view.shape, at::kFloat).clone();
}

}  // namespace

void add_low_rank(const at::Tensor& weight, std::int64_t row, const at::Tensor& a, const at::Tensor& b,
                  double scale) {
  weight.narrow(0, row, b.size(0)).add_(b.matmul(a), scale);
}

std::optional<PeftAdapter> PeftAdapter::read(const fs::path& directory) {
  std::error_code error;
  if (!fs::exists(directory / kConfig, error)) return std::nullopt;
  const fs::path file = directory / kConfig;
  const Value config = parse_json(read_file(file, kMostConfigBytes), file.string());
  if (const Value& type = config.at("peft_type"); type.string() != "LORA")
    type.refuse("the adapter is of type '" + type.string() + "'; expected 'LORA'");
  for (const char* key :
       {"use_dora", "use_rslora", "fan_in_fan_out", "rank_pattern", "alpha_pattern", "modules_to_save"})
    refuse_set(config, key);
  if (const Value* bias = config.find("bias"); bias && bias->string() != "none")
    bias->refuse("bias '" + bias->string() + "' of an adapter is not supported; expected 'none'");
  const Value& rank = config.at("r");
  if (rank.integer() < 1) rank.refuse("the rank r is " + rank.json() + "; expected at least 1");
  return PeftAdapter{directory, config.at("base_model_name_or_path").string(),
                     config.at("lora_alpha").number() / static_cast<double>(rank.integer())};
}

void PeftAdapter::merge_into(GuardedBackbone& backbone) const {
  const at::NoGradGuard no_grad;
  const fs::path file = directory / kWeights;
  const SafetensorsFile weights = SafetensorsFile::open(file);
  std::map<std::string, std::pair<at::Tensor, at::Tensor>> pairs;  // by the name of the weight
  for (const TensorView& view : weights.tensors) {
    std::string_view name = view.name;
    const bool is_a = name.ends_with(kA);
    if (!name.starts_with(kPrefix) || (!is_a && !name.ends_with(kB)))
      throw Error(file.string() + ": tensor '" + view.name + "' is not part of a LoRA adapter");
    name.remove_prefix(kPrefix.size());
    name.remove_suffix(kA.size());
    auto& pair = pairs[std::string(name) + ".weight"];
    (is_a ? pair.first : pair.second) = tensor_of(view, file);
  }
  for (const auto& [name, pair] : pairs) {
    const auto& [a, b] = pair;
    const auto target = backbone.weight_target(name);
    at::Tensor weight;
    for (auto& [parameter, tensor] : backbone.parameters())
      if (target && parameter == target->parameter) weight = tensor;
    if (!weight.defined() || weight.dim() != 2)
      throw Error(file.string() + ": the adapter extends '" + name + "', which this model does not have");
    if (!a.defined() || !b.defined())
      throw Error(file.string() + ": '" + name + "' has one of lora_A and lora_B; expected both");
    const std::int64_t row = target->row.value_or(0);
    if (a.size(1) != weight.size(1) || b.size(1) != a.size(0) || row + b.size(0) > weight.size(0) ||
        (!target->row && b.size(0) != weight.size(0)))
      throw Error(file.string() + ": the adapter's matrices for '" + name + "' do not fit the weight");
    add_low_rank(weight, row, a, b, scale);
  }
}

}  // namespace mtt

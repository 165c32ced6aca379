#include "model/checkpoint_tensors.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <map>

#include "io/safetensors_writer.h"
#include "io/weights.h"
#include "model/parameter_name.h"
#include "model/peft_adapter.h"
#include "model/weight_loading.h"
#include "mtt/error.h"

namespace mtt {
namespace {

struct Adapted {
  std::string parameter;  ///< of the backbone: "layers.0.attention.qkv.weight"
  AdapterPlace place;
  at::Tensor a, b;
};

at::Tensor named(const std::vector<nn::NamedParameter>& parameters, const std::string& name) {
  const auto at = std::find_if(parameters.begin(), parameters.end(),
                               [&](const nn::NamedParameter& parameter) { return parameter.name == name; });
  if (at == parameters.end()) throw Error("the model has no parameter '" + name + "'");
  return at->tensor;
}

std::vector<Adapted> adapted_places(GuardedBackbone& backbone, const AdapterSettings& adapters) {
  std::vector<Adapted> found;
  if (adapters.kind != AdapterSettings::Kind::lora) return found;
  const auto parameters = backbone.parameters();
  for (const AdapterPlace& place : backbone.adapter_places()) {
    if (std::find(adapters.places.begin(), adapters.places.end(), place.name) == adapters.places.end())
      continue;
    const at::Tensor own = named(place.linear->parameters(), "weight");
    const auto weight =
        std::find_if(parameters.begin(), parameters.end(),
                     [&](const nn::NamedParameter& parameter) { return parameter.tensor.is_same(own); });
    const std::string linear = weight->name.substr(0, weight->name.rfind('.'));
    const std::string lora = linear + ".lora." + place.name.substr(place.name.rfind('.') + 1);
    found.push_back({weight->name, place, named(parameters, lora + ".a").detach(),
                     named(parameters, lora + ".b").detach()});
  }
  return found;
}

}  // namespace

std::vector<nn::NamedParameter> merged_parameters(GuardedBackbone& backbone,
                                                  const AdapterSettings& adapters) {
  const at::NoGradGuard no_grad;
  std::vector<nn::NamedParameter> merged;
  for (auto& [name, tensor] : backbone.parameters())
    if (!is_adapter(name)) merged.push_back({name, tensor.detach()});
  for (const Adapted& adapted : adapted_places(backbone, adapters)) {
    const auto weight = std::find_if(merged.begin(), merged.end(), [&](const nn::NamedParameter& parameter) {
      return parameter.name == adapted.parameter;
    });
    weight->tensor = weight->tensor.clone();
    add_low_rank(weight->tensor, adapted.place.first_row, adapted.a, adapted.b,
                 adapters.alpha / static_cast<double>(adapters.size));
  }
  return merged;
}

std::vector<nn::NamedParameter> checkpoint_tensors(Encoder& encoder, const AdapterSettings& adapters) {
  if (adapters.kind == AdapterSettings::Kind::houlsby)
    throw Error(
        "the run has Houlsby adapters, which other programs cannot load; use the run's own directory with "
        "mtt");
  GuardedBackbone& backbone = encoder.model->backbone();
  std::map<std::string, at::Tensor> values;
  for (auto& [name, tensor] : merged_parameters(backbone, adapters)) values[name] = tensor;
  std::vector<nn::NamedParameter> tensors;
  const Weights weights = Weights::read(encoder.directory.transformer);
  for (const TensorView& view : weights.tensors()) {
    const auto target = backbone.weight_target(view.name);
    if (!target || target->parameter.empty()) continue;
    at::Tensor value = values.at(target->parameter);
    if (target->row) value = value.narrow(0, *target->row, view.shape.at(0));
    tensors.push_back({view.name, value.contiguous()});
  }
  return tensors;
}

std::vector<nn::NamedParameter> encoder_tensors(Encoder& encoder, const AdapterSettings& adapters,
                                                std::int64_t layers) {
  std::vector<nn::NamedParameter> kept;
  for (auto& tensor : checkpoint_tensors(encoder, adapters)) {
    const auto target = encoder.model->backbone().weight_target(tensor.name);
    const std::int64_t layer = layer_of_parameter(target->parameter);
    if (layer < layers) {
      kept.push_back(std::move(tensor));
    } else if (tensor.name.find("." + std::to_string(layer) + ".") == std::string::npos) {
      throw Error("the head reads layer " + std::to_string(layers) + ", but '" + tensor.name +
                  "' of this model belongs to its last layer, so the layers above cannot be left out; use "
                  "the run's own directory with mtt");
    }
  }
  return kept;
}

std::vector<nn::NamedParameter> pooler_tensors(const Encoder& encoder) {
  constexpr std::string_view kPooler = "pooler.";
  const GuardedBackbone& backbone = encoder.model->backbone();
  std::vector<nn::NamedParameter> tensors;
  const Weights weights = Weights::read(encoder.directory.transformer);
  for (const TensorView& view : weights.tensors()) {
    const std::size_t at = view.name.find(kPooler);
    if (at == std::string::npos || (at > 0 && view.name[at - 1] != '.')) continue;
    const auto target = backbone.weight_target(view.name);
    if (target && target->parameter.empty())
      tensors.push_back({view.name, float_tensor(view, weights.source()).contiguous()});
  }
  return tensors;
}

std::vector<LoraMatrices> lora_matrices(Encoder& encoder, const AdapterSettings& adapters) {
  GuardedBackbone& backbone = encoder.model->backbone();
  std::vector<LoraMatrices> result;
  const auto weights = Weights::read(encoder.directory.transformer);
  for (const Adapted& adapted : adapted_places(backbone, adapters)) {
    const std::size_t before = result.size();
    for (const TensorView& view : weights.tensors()) {
      const auto target = backbone.weight_target(view.name);
      if (!target || target->parameter != adapted.parameter) continue;
      const std::int64_t row = target->row.value_or(0);
      if (row != adapted.place.first_row || view.shape.at(0) != adapted.place.rows) continue;
      result.push_back({view.name, adapted.a.contiguous(), adapted.b.contiguous()});
    }
    if (result.size() != before + 1)
      throw Error(
          "the adapter at " + adapted.place.name + " of layer " + std::to_string(adapted.place.layer) +
          " extends a part of a larger matrix of this model, which an adapter of PEFT cannot express; "
          "export the whole encoder, without --adapter");
  }
  return result;
}

}  // namespace mtt

// A trained backbone under the names of the checkpoint that it came from.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "model/adapter_settings.h"
#include "model/encoder.h"
#include "mtt/nn/module.h"

namespace mtt {

/// The parameters of a backbone without its adapters. LoRA adapters are added to the weights that they
/// extend: W + (alpha / rank) · B A; Houlsby adapters are left out.
std::vector<nn::NamedParameter> merged_parameters(GuardedBackbone& backbone, const AdapterSettings& adapters);

/// The tensors of an encoder's checkpoint with the values that they have now, float32, in the order of the
/// checkpoint, LoRA adapters merged. Tensors that the backbone does not use (a pooler, position ids) are left
/// out. Houlsby adapters, which no weight can hold, throw Error.
std::vector<nn::NamedParameter> checkpoint_tensors(Encoder& encoder, const AdapterSettings& adapters);

/// The same without the layers from `layers` on. A last layer with a part that stands outside of its layer in
/// the checkpoint (a final normalisation) cannot be left out and throws Error.
std::vector<nn::NamedParameter> encoder_tensors(Encoder& encoder, const AdapterSettings& adapters,
                                                std::int64_t layers);

/// The pooler of the encoder's checkpoint, as it is there, in float32: transformers' encoders have one,
/// though nothing here reads it. Empty where the checkpoint has none.
std::vector<nn::NamedParameter> pooler_tensors(const Encoder& encoder);

/// A projection with a LoRA adapter: its weight's name in the checkpoint, and the adapter's matrices.
struct LoraMatrices {
  std::string weight;  ///< "encoder.layer.0.attention.self.query.weight"
  at::Tensor a, b;     ///< [rank, in], [rows, rank]
};
std::vector<LoraMatrices> lora_matrices(Encoder& encoder, const AdapterSettings& adapters);

}  // namespace mtt

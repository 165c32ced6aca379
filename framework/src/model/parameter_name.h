// The grammar of parameter names: backbone.layers.3.…, backbone.embeddings.…, sentence.…, heads.<task>.…
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mtt {

/// The prefixes of a model's parameters, each with its dot. A head's prefix is followed by its task and a
/// dot.
inline constexpr std::string_view kBackbonePrefix = "backbone.";
inline constexpr std::string_view kModulesPrefix = "sentence.";
inline constexpr std::string_view kHeadsPrefix = "heads.";

/// A parameter's name within its backbone; none for other parameters.
std::optional<std::string_view> name_in_backbone(std::string_view parameter);

/// A parameter's name within its head; none for other parameters.
std::optional<std::string_view> name_in_head(std::string_view parameter);

/// The task of a head's parameter; "" for other parameters.
std::string_view task_of_parameter(std::string_view parameter);

/// The layer of a parameter of a backbone, named within it: -1 for all that is not `layers.N.…`.
std::int64_t layer_of_parameter(std::string_view name_in_backbone);

/// Whether a parameter was added by a freeze policy (LoRA, Houlsby).
bool is_adapter(std::string_view parameter);

/// Whether it is a bias.
bool is_bias(std::string_view parameter);

/// Whether it belongs to a normalisation layer. The task's name does not count.
bool is_norm(std::string_view parameter);

}  // namespace mtt

#include "model/missing_tensor.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "model/parameter_name.h"

namespace mtt {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kSuffixes = {
    {{".weight", ".bias"}, {".bias", ".weight"}, {".gamma", ".beta"}, {".beta", ".gamma"}}};

/// Embeddings have no sibling that their names could be derived from; these are transformers' names.
constexpr std::string_view kEmbeddings[] = {
    "embeddings.word_embeddings.weight", "embeddings.position_embeddings.weight",
    "embeddings.token_type_embeddings.weight", "embeddings.tok_embeddings.weight"};

/// The names that differ from a name by its last part, and by the number of its layer.
std::vector<std::string> variants(const std::string& name, const std::string& layer) {
  std::vector<std::string> names = {name};
  for (const auto& [from, to] : kSuffixes)
    if (name.ends_with(from)) names.push_back(name.substr(0, name.size() - from.size()) + std::string(to));
  if (layer.empty()) return names;
  for (std::size_t i = 0, count = names.size(); i < count; ++i) {
    const std::string& whole = names[i];
    const auto digit = [&](std::size_t at) {
      return std::isdigit(static_cast<unsigned char>(whole[at])) != 0;
    };
    for (std::size_t begin = whole.find('.'); begin != std::string::npos;
         begin = whole.find('.', begin + 1)) {
      std::size_t end = begin + 1;
      while (end < whole.size() && digit(end)) ++end;
      if (end == begin + 1 || end == whole.size() || whole[end] != '.') continue;
      names.push_back(whole.substr(0, begin + 1) + layer + whole.substr(end));
      break;
    }
  }
  return names;
}

/// "1" of "layers.1.attention.qkv.bias"
std::string layer_of(const std::string& parameter) {
  const std::int64_t layer = layer_of_parameter(parameter);
  return layer < 0 ? "" : std::to_string(layer);
}

/// The components that training programs and adapters put into names.
constexpr std::string_view kAdapterParts[] = {
    ".base_layer.",           ".lora_A.",          ".lora_B.",         ".lora_embedding_A",
    ".lora_magnitude_vector", ".original_module.", ".modules_to_save."};

}  // namespace

std::string naming_hint(const std::vector<std::string>& present,
                        const std::function<std::optional<WeightTarget>(std::string_view)>& target) {
  for (const std::string& name : present)
    for (const std::string_view part : kAdapterParts)
      if (name.find(part) != std::string::npos)
        return "'" + name +
               "' is a name of PEFT: an adapter that was not merged into the model; merge it (in PEFT: "
               "model.merge_and_unload()) and save the model again";
  for (const std::string& name : present) {
    if (target(name)) continue;
    for (std::size_t dot = name.find('.'); dot != std::string::npos; dot = name.find('.', dot + 1)) {
      const auto inner = target(std::string_view(name).substr(dot + 1));
      if (inner && !inner->parameter.empty())
        return "the names have the prefix '" + name.substr(0, dot + 1) + "' ('" + name +
               "'); save the inner model alone";
    }
  }
  return "";
}

std::optional<std::string> missing_tensor_name(
    const std::string& parameter, std::int64_t row, const std::vector<std::string>& present,
    const std::function<std::optional<WeightTarget>(std::string_view)>& target) {
  const auto fits = [&](const std::string& name) {
    const auto goes_to = target(name);
    return goes_to && goes_to->parameter == parameter && goes_to->row.value_or(0) == row &&
           std::find(present.begin(), present.end(), name) == present.end();
  };
  if (fits(parameter)) return parameter;
  const std::string layer = layer_of(parameter);
  for (const std::string& name : present)
    for (const std::string& candidate : variants(name, layer))
      if (fits(candidate)) return candidate;
  for (const std::string_view name : kEmbeddings)
    if (fits(std::string(name))) return std::string(name);
  return std::nullopt;
}

}  // namespace mtt

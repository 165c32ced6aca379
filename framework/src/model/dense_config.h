// config.json of a Dense module.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "model/sentence_modules.h"

namespace mtt {

/// Reads config.json in a Dense module's folder. Layers between other features than sentence vectors, and
/// activations that are not known, throw Error. Keys that sentence-transformers ignores, and an activation
/// outside `torch.`, for which it takes Tanh, are named in `warnings`.
SentenceModules::DenseShape read_dense_config(const std::filesystem::path& folder,
                                              std::vector<std::string>& warnings);

/// The class of torch that such a file names for an activation: "torch.nn.modules.activation.Tanh" for
/// "tanh". An activation without one throws Error.
std::string activation_class(const std::string& name);

}  // namespace mtt

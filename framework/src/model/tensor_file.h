// Named tensors in a safetensors file, in float32.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "mtt/nn/module.h"

namespace mtt {

/// Copies tensors into parameters of the same names; a name or a shape that does not agree throws Error.
void copy_into(const std::vector<nn::NamedParameter>& saved, std::vector<nn::NamedParameter> parameters,
               const std::string& source);

/// A file of tensors, written atomically, and read back as copies.
void save_tensors(const std::filesystem::path& file, const std::vector<nn::NamedParameter>& tensors);
/// The same with the tensors that `is_reduced` names in 8 bits, with their scales, for Weights.
void save_int8_tensors(const std::filesystem::path& file, const std::vector<nn::NamedParameter>& tensors,
                       const std::function<bool(const std::string& name)>& is_reduced);
std::vector<nn::NamedParameter> load_tensors(const std::filesystem::path& file);

/// `copy_into` of a file's tensors, which are copied one by one: there is no second copy of all in memory.
void copy_file_into(const std::filesystem::path& file, const std::vector<nn::NamedParameter>& parameters);

}  // namespace mtt

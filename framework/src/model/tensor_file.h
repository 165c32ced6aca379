// Named tensors in a safetensors file, in float32.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "mtt/nn/module.h"

namespace mtt {

/// Copies tensors into parameters of the same names; a name or a shape that does not agree throws Error.
void copy_into(const std::vector<nn::NamedParameter>& saved, std::vector<nn::NamedParameter> parameters,
               const std::string& source);

/// A file of tensors, written atomically, and read back as copies.
void save_tensors(const std::filesystem::path& file, const std::vector<nn::NamedParameter>& tensors);
std::vector<nn::NamedParameter> load_tensors(const std::filesystem::path& file);

/// `copy_into` of a file's tensors, which are copied one by one: there is no second copy of all in memory.
void copy_file_into(const std::filesystem::path& file, const std::vector<nn::NamedParameter>& parameters);

}  // namespace mtt

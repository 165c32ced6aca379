// JSON files of a model directory.
#pragma once

#include <filesystem>
#include <optional>

#include "mtt/value.h"

namespace mtt {

constexpr std::size_t kConfigCap = 4u << 20;      ///< bytes of a settings file
constexpr std::size_t kTokenizerCap = 64u << 20;  ///< bytes of a tokenizer's file

/// A parsed file of at most `cap` bytes.
Value read_json(const std::filesystem::path& path, std::size_t cap = kConfigCap);
/// The same for a file that may be missing and holds a table.
std::optional<Value> read_json_if_there(const std::filesystem::path& path, std::size_t cap = kConfigCap);

}  // namespace mtt

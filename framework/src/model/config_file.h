// Keys of the JSON files that configure a model.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/json_file.h"
#include "mtt/value.h"

namespace mtt {

/// A size from 1 to 1,000,000 under a key of a table; anything else throws Error with its place.
std::int64_t config_size(const Value& table, std::string_view key);

/// The keys of a table that are not among `known`, each as "unknown key 'x' in WHAT", with the nearest known
/// key where one is near.
struct UnknownKey {
  const Value* value = nullptr;
  std::string text;        ///< "unknown key 'pooing' in the pooling module"
  std::string suggestion;  ///< "; did you mean 'pooling'?" or ""
};
std::vector<UnknownKey> unknown_keys(const Value& table, const std::vector<std::string>& known,
                                     const std::string& what);

/// Throws Error for the first unknown key: sentence-transformers does not load such a file.
void refuse_unknown_keys(const Value& table, const std::vector<std::string>& known, const std::string& what);
/// Adds a warning for each unknown key: sentence-transformers ignores them.
void warn_of_unknown_keys(const Value& table, const std::vector<std::string>& known, const std::string& what,
                          std::vector<std::string>& warnings);

}  // namespace mtt

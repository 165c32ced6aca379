#include "model/config_file.h"

#include <algorithm>

#include "mtt/options.h"

namespace mtt {
namespace {

constexpr std::int64_t kLargestSize = 1'000'000;

}  // namespace

std::int64_t config_size(const Value& table, std::string_view key) {
  const Value& value = table.at(key);
  if (value.integer() < 1 || value.integer() > kLargestSize) {
    value.refuse(std::string(key) + " is " + std::to_string(value.integer()) + "; expected 1 to " +
                 std::to_string(kLargestSize));
  }
  return value.integer();
}

std::vector<UnknownKey> unknown_keys(const Value& table, const std::vector<std::string>& known,
                                     const std::string& what) {
  std::vector<UnknownKey> unknown;
  for (const auto& [key, value] : table.table()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    const std::string near = nearest(key, known);
    unknown.push_back({&value, "unknown key '" + key + "' in " + what,
                       near.empty() ? "" : "; did you mean '" + near + "'?"});
  }
  return unknown;
}

void refuse_unknown_keys(const Value& table, const std::vector<std::string>& known, const std::string& what) {
  for (const UnknownKey& key : unknown_keys(table, known, what))
    key.value->refuse(key.text +
                      (key.suggestion.empty()
                           ? "; remove it, or load the directory in sentence-transformers and save it again"
                           : key.suggestion));
}

void warn_of_unknown_keys(const Value& table, const std::vector<std::string>& known, const std::string& what,
                          std::vector<std::string>& warnings) {
  for (const UnknownKey& key : unknown_keys(table, known, what))
    warnings.push_back(key.value->place().prefix() + key.text + " is ignored, as in sentence-transformers" +
                       key.suggestion);
}

}  // namespace mtt

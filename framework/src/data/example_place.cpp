#include "data/example_place.h"

#include <filesystem>

namespace mtt {

std::string file_name(const std::string& path) { return std::filesystem::path(path).filename().string(); }

std::string short_place(const Value& value) {
  const Place& place = value.place();
  return file_name(place.source ? *place.source : "") + ":" + std::to_string(place.line);
}

std::string example_place(const Examples& examples, std::int64_t row) {
  return short_place(examples.rows[row]);
}

std::string example_key(const Examples& examples, std::int64_t row) {
  return examples.partners.empty() ? examples.texts[row]
                                   : examples.texts[row] + '\0' + examples.partners[row];
}

}  // namespace mtt

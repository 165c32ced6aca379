#include "data/import/imported.h"

#include <algorithm>
#include <utility>

namespace mtt {

void Imported::add(std::string_view split, Value row) {
  auto found = std::find_if(splits.begin(), splits.end(), [&](const auto& s) { return s.name == split; });
  if (found == splits.end()) found = splits.insert(found, {std::string(split), {}});
  found->rows.push_back(std::move(row));
}

void Imported::note(std::string_view what, const Place& place, std::int64_t count) {
  auto found = std::find_if(notes.begin(), notes.end(), [&](const auto& n) { return n.what == what; });
  if (found == notes.end()) found = notes.insert(found, {std::string(what), 0, place});
  found->count += count;
}

std::size_t Imported::size() const {
  std::size_t size = 0;
  for (const ImportedSplit& split : splits) size += split.rows.size();
  return size;
}

}  // namespace mtt

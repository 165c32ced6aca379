#include "text/vocabulary.h"

#include <algorithm>
#include <bit>
#include <functional>

namespace mtt {
namespace {

std::uint32_t hash_of(std::string_view token) {
  return static_cast<std::uint32_t>(std::hash<std::string_view>()(token));
}

}  // namespace

Vocabulary::Vocabulary(std::vector<VocabularyEntry> entries)
    : entries_(std::move(entries)), slots_(std::bit_ceil(std::max<std::size_t>(entries_.size() * 2, 2))) {
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const std::uint32_t hash = hash_of(entries_[i].token);
    slots_[slot(entries_[i].token, hash)] = {hash, static_cast<std::int32_t>(i)};
  }
}

std::size_t Vocabulary::slot(std::string_view token, std::uint32_t hash) const {
  std::size_t at = hash & (slots_.size() - 1);
  while (slots_[at].entry >= 0 && (slots_[at].hash != hash || entries_[slots_[at].entry].token != token))
    at = (at + 1) & (slots_.size() - 1);
  return at;
}

std::int32_t Vocabulary::id(std::string_view token) const {
  const std::int32_t entry = slots_[slot(token, hash_of(token))].entry;
  return entry < 0 ? -1 : entries_[entry].id;
}

}  // namespace mtt

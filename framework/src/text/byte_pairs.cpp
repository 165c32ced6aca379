#include "text/byte_pairs.h"

#include <algorithm>

#include "text/byte_level.h"

namespace mtt {

int BytePairs::missing_byte(const Vocabulary& vocabulary) {
  std::array<bool, 256> seen{};
  for (const VocabularyEntry& entry : vocabulary.entries())
    if (const auto bytes = bytes_of_token(entry.token); bytes && bytes->size() == 1)
      seen[static_cast<unsigned char>((*bytes)[0])] = true;
  const auto found = std::find(seen.begin(), seen.end(), false);
  return found == seen.end() ? -1 : static_cast<int>(found - seen.begin());
}

BytePairs::BytePairs(Vocabulary vocabulary, const std::vector<Merge>& merges, bool whole_words)
    : vocabulary_(std::move(vocabulary)), merges_(merges) {
  for (const VocabularyEntry& entry : vocabulary_.entries()) {
    const auto bytes = bytes_of_token(entry.token);
    if (!bytes) continue;
    if (bytes->size() == 1) byte_ids_[static_cast<unsigned char>((*bytes)[0])] = entry.id;
    if (whole_words) whole_words_.emplace(*bytes, entry.id);
  }
}

void BytePairs::tokenize(std::string_view word, std::size_t, std::vector<SubWord>& into) const {
  if (!whole_words_.empty()) {
    if (const auto whole = whole_words_.find(std::string(word)); whole != whole_words_.end()) {
      into.push_back({whole->second, 0, static_cast<std::uint32_t>(word.size())});
      return;
    }
  }
  std::vector<WordPart> parts;
  parts.reserve(word.size());
  for (const char byte : word) parts.push_back({byte_ids_[static_cast<unsigned char>(byte)], 1});
  merges_.apply(parts);
  append_parts(parts, into);
}

}  // namespace mtt

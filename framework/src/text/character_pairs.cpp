#include "text/character_pairs.h"

#include "value/utf8.h"

namespace mtt {

CharacterPairs::CharacterPairs(Vocabulary vocabulary, const std::vector<Merge>& merges,
                               const CharacterPairsOptions& options)
    : vocabulary_(std::move(vocabulary)), merges_(merges), options_(options) {
  if (options_.byte_fallback) byte_tokens_ = ByteTokens([this](std::string_view token) { return id(token); });
}

std::vector<WordPart> CharacterPairs::characters_of_word(std::string_view word) const {
  std::vector<WordPart> parts;
  parts.reserve(word.size());
  std::uint32_t unknown = 0;  // bytes of unknown characters that have no token yet
  const auto end_unknown = [&] {
    if (unknown > 0) parts.push_back({*options_.unknown, unknown});
    unknown = 0;
  };
  while (!word.empty()) {
    const auto size = static_cast<std::uint32_t>(first_character_size(word));
    const std::string_view character = word.substr(0, size);
    word.remove_prefix(size);
    if (const std::int32_t known = id(character); known >= 0) {
      end_unknown();
      parts.push_back({known, size});
    } else if (byte_tokens_.cover(character)) {
      for (const char byte : character) parts.push_back({byte_tokens_.id(byte), 1});
    } else if (options_.unknown) {
      if (!options_.joins_unknown) end_unknown();
      unknown += size;
    }
  }
  end_unknown();
  return parts;
}

void CharacterPairs::tokenize(std::string_view word, std::size_t, std::vector<SubWord>& into) const {
  if (const std::int32_t whole = options_.whole_words ? id(word) : -1; whole >= 0)
    return into.push_back({whole, 0, static_cast<std::uint32_t>(word.size())});
  std::vector<WordPart> parts = characters_of_word(word);
  merges_.apply(parts);
  append_parts(parts, into);
}

}  // namespace mtt

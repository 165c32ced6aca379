// From a word to sub-words.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mtt {

/// A vocabulary entry.
struct VocabularyEntry {
  std::string token;
  std::int32_t id = 0;
};

/// A sub-word of a word: its id and where it stands, in bytes.
struct SubWord {
  std::int32_t id = 0;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

/// The `model` of a tokenizer.json. Immutable and usable from several threads at once.
class SubWordModel {
 public:
  virtual ~SubWordModel() = default;

  /// Appends the sub-words of a word of valid UTF-8 that has `characters` code points.
  virtual void tokenize(std::string_view word, std::size_t characters, std::vector<SubWord>& into) const = 0;

  /// The id of a token of the vocabulary as it is written there, or -1.
  virtual std::int32_t id(std::string_view token) const = 0;

  virtual const std::vector<VocabularyEntry>& vocabulary() const = 0;
};

}  // namespace mtt

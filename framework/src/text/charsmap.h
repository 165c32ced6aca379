// SentencePiece's rules of normalization, as its models carry them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/symbol.h"

namespace mtt {

/// A `precompiled_charsmap`: a double-array trie (Aoe 1989, in the layout of Darts) from UTF-8 to places in a
/// text where the replacements stand, each ended by a zero byte. Immutable.
class Charsmap {
 public:
  /// From the map's bytes: the trie's size in bytes, the trie, the replacements; numbers are little-endian.
  /// Throws Error that says what is wrong, without a place.
  explicit Charsmap(std::string_view bytes);

  /// As the reference tokenizers do: a grapheme cluster of at most 5 bytes is replaced as a whole by what the
  /// shortest key says that it begins with; other clusters are replaced character by character.
  void apply(Symbols& symbols, std::int32_t origin) const;

  /// The most characters that take the place of one; at least 1.
  double growth() const { return growth_; }

 private:
  std::optional<std::string_view> find(std::string_view key) const;

  std::vector<std::uint32_t> units_;
  std::string replacements_;
  double growth_ = 1;
  std::array<bool, 128> stays_{};  ///< ASCII characters that no key begins with
};

}  // namespace mtt

// Tokens that are cut out of the text before anything else happens to it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "text/symbol.h"

namespace mtt {

/// An entry of tokenizer.json's `added_tokens`.
struct AddedToken {
  std::u32string content;
  std::int32_t id = 0;
  bool single_word = false;  ///< only where no word character stands beside it
  bool lstrip = false;       ///< takes white space on its left along
  bool rstrip = false;       ///< takes white space on its right along
  bool passed_over = false;  ///< found, but left to the text around it
};

/// Where an added token was found, or the text between two of them.
struct AddedTokenPiece {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::int32_t id = -1;  ///< -1: ordinary text
};

/// Finds tokens leftmost first, the longest where several begin at one place.
class AddedTokens {
 public:
  AddedTokens() = default;
  explicit AddedTokens(std::vector<AddedToken> tokens);

  bool empty() const { return tokens_.empty(); }
  /// True where an ASCII text may hold one; false is certain.
  bool may_occur(std::string_view ascii) const;
  /// Cuts a text into pieces; together they cover it.
  std::vector<AddedTokenPiece> split(std::span<const Symbol> text) const;

 private:
  bool may_start(char32_t c) const { return starts_[c < 128 ? c : 128]; }
  const AddedToken* longest_at(std::span<const Symbol> text, std::size_t at) const;

  std::vector<AddedToken> tokens_;  ///< by content
  std::vector<std::string> ascii_;  ///< the contents that are ASCII
  bool starts_[129] = {};           ///< first characters of contents; 128: those beyond ASCII
};

}  // namespace mtt

// The tokens of an input while they are made.
#pragma once

#include <array>
#include <vector>

#include "text/token_spaces.h"
#include "text/tokenizer.h"

namespace mtt {

/// Fills Tokens, which are emptied first; their memory is reused.
class TokenOutput {
 public:
  explicit TokenOutput(Tokens& into);

  std::int64_t size() const { return static_cast<std::int64_t>(into_.ids.size()); }

  void push(std::int32_t id, CharSpan chars, bool first_subword) {
    into_.ids.push_back(id);
    into_.chars.push_back(chars);
    into_.first_subword.push_back(first_subword);
  }
  /// The spaces at the ends of the last token; without a call it has none.
  void set_spaces(TokenSpaces spaces) {
    spaces_.resize(into_.ids.size());
    spaces_.back() = spaces;
  }
  /// Completes the tokens since the last call, which belong to one item of a template.
  TokenRange finish_item(std::int32_t type_id, bool special);

  /// Removes tokens of finished texts, each at its left or right end, so that together at most `room` tokens
  /// stay. `texts` are moved accordingly.
  void truncate(std::array<TokenRange, 2>& texts, std::int64_t room, bool left);
  /// Takes the spaces out of the characters of a text's tokens. `keeps_one`: the first token, or one at
  /// character 0, keeps a single space before it.
  void trim(TokenRange text, bool keeps_one);

 private:
  void erase(std::int32_t begin, std::int32_t end);

  Tokens& into_;
  std::vector<TokenSpaces> spaces_;  ///< of the first tokens; the others have none
};

}  // namespace mtt

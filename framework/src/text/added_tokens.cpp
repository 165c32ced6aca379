#include "text/added_tokens.h"

#include <algorithm>

#include "text/unicode.h"

namespace mtt {
namespace {

bool has(const Symbol& symbol, std::uint8_t flag) {
  return (unicode::properties(symbol.c).flags & flag) != 0;
}

/// Orders tokens that agree before a place by their character there.
struct NthCharacter {
  std::size_t place;
  bool operator()(const AddedToken& token, char32_t c) const { return token.content[place] < c; }
  bool operator()(char32_t c, const AddedToken& token) const { return c < token.content[place]; }
};

}  // namespace

AddedTokens::AddedTokens(std::vector<AddedToken> tokens) : tokens_(std::move(tokens)) {
  std::erase_if(tokens_, [](const AddedToken& token) { return token.content.empty(); });
  std::stable_sort(tokens_.begin(), tokens_.end(),
                   [](const AddedToken& a, const AddedToken& b) { return a.content < b.content; });
  for (const AddedToken& token : tokens_) {
    starts_[std::min<char32_t>(token.content.front(), 128)] = true;
    if (std::any_of(token.content.begin(), token.content.end(), [](char32_t c) { return c >= 128; }))
      continue;
    ascii_.emplace_back(token.content.begin(), token.content.end());
  }
}

bool AddedTokens::may_occur(std::string_view ascii) const {
  for (std::size_t i = 0; i < ascii.size(); ++i) {
    if (!may_start(static_cast<unsigned char>(ascii[i]))) continue;
    const std::string_view rest = ascii.substr(i);
    for (const std::string& token : ascii_)
      if (rest.starts_with(token)) return true;
  }
  return false;
}

const AddedToken* AddedTokens::longest_at(std::span<const Symbol> text, std::size_t at) const {
  const AddedToken* longest = nullptr;
  std::span<const AddedToken> agreeing = tokens_;
  for (std::size_t length = 0; !agreeing.empty(); ++length) {
    const auto longer = std::find_if(agreeing.begin(), agreeing.end(),
                                     [&](const AddedToken& token) { return token.content.size() > length; });
    if (length > 0 && longer != agreeing.begin()) longest = &agreeing.front();
    if (at + length == text.size()) break;
    const auto [first, last] =
        std::equal_range(longer, agreeing.end(), text[at + length].c, NthCharacter{length});
    agreeing = {first, last};
  }
  return longest;
}

std::vector<AddedTokenPiece> AddedTokens::split(std::span<const Symbol> text) const {
  std::vector<AddedTokenPiece> pieces;
  std::size_t covered = 0;
  for (std::size_t i = 0; i < text.size() && !tokens_.empty();) {
    const AddedToken* token = may_start(text[i].c) ? longest_at(text, i) : nullptr;
    if (!token) {
      ++i;
      continue;
    }
    std::size_t begin = i, end = i + token->content.size();
    i = end;
    const bool touches_word = (begin > 0 && has(text[begin - 1], unicode::kWord)) ||
                              (end < text.size() && has(text[end], unicode::kWord));
    if (token->passed_over || (token->single_word && touches_word)) continue;
    while (token->lstrip && begin > covered && has(text[begin - 1], unicode::kSpace)) --begin;
    if (token->lstrip) begin = std::max(begin, covered);  // a token before it may have taken its space
    while (token->rstrip && end < text.size() && has(text[end], unicode::kSpace)) ++end;
    if (covered < begin) pieces.push_back({covered, begin, -1});
    pieces.push_back({begin, end, token->id});
    covered = end;
  }
  if (covered < text.size()) pieces.push_back({covered, text.size(), -1});
  return pieces;
}

}  // namespace mtt

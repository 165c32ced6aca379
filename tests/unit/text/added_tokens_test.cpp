#include "text/added_tokens.h"

#include "catch.h"
#include "symbols.h"

namespace {

/// "x|2:abc|": ordinary text as it is, tokens behind their id.
std::string pieces(const std::vector<mtt::AddedToken>& tokens, std::string_view text) {
  const mtt::Symbols symbols = symbols_of(text);
  std::string result;
  std::size_t covered = 0;
  for (const mtt::AddedTokenPiece& piece : mtt::AddedTokens(tokens).split(symbols)) {
    CHECK(piece.begin == covered);
    covered = piece.end;
    const mtt::Symbols part(symbols.begin() + static_cast<std::ptrdiff_t>(piece.begin),
                            symbols.begin() + static_cast<std::ptrdiff_t>(piece.end));
    result += (piece.id < 0 ? "" : std::to_string(piece.id) + ":") + utf8_of(part) + "|";
  }
  CHECK(covered == symbols.size());
  return result;
}

}  // namespace

TEST_CASE("the leftmost token is found, and the longest where several begin") {
  CHECK(pieces({{U"ab", 1}, {U"abc", 2}, {U"bcd", 3}}, "xabcdabd") == "x|2:abc|d|1:ab|d|");
  CHECK(pieces({{U"a", 1}, {U"abc", 2}, {U"ac", 3}}, "abacaabc") == "1:a|b|3:ac|1:a|2:abc|");
  CHECK(pieces({{U"a", 1}, {U"a", 2}}, "a") == "1:a|");
  CHECK(pieces({{U"中", 4}}, "a中中") == "a|4:中|4:中|");
  CHECK(pieces({{U"ab", 1}}, "") == "");
  CHECK(pieces({}, "ab") == "ab|");
}

TEST_CASE("a token of whole words is left where a word character stands beside it") {
  const mtt::AddedToken token{U"ab", 1, true};
  CHECK(pieces({token}, "ab,ab") == "1:ab|,|1:ab|");
  CHECK(pieces({token}, "cab abé") == "cab abé|");
}

TEST_CASE("a token takes white space along on the sides that it is asked to") {
  CHECK(pieces({{U"M", 1, false, true, false}}, "a  M  b") == "a|1:  M|  b|");
  CHECK(pieces({{U"M", 1, false, false, true}}, "a  M  b") == "a  |1:M  |b|");
  CHECK(pieces({{U"M", 1, false, true, true}}, " M M ") == "1: M |1:M |");
}

TEST_CASE("a token that is passed over stays text and hides those within") {
  CHECK(pieces({{.content = U"abc", .id = 1, .passed_over = true}, {U"b", 2}}, "abcb") == "abc|2:b|");
}

TEST_CASE("an ASCII text may hold a token where it is written in it") {
  const mtt::AddedTokens tokens({{U"[M]", 1}, {U"中", 2}});
  CHECK(tokens.may_occur("a [M]"));
  CHECK_FALSE(tokens.may_occur("a [N] M]"));
  CHECK_FALSE(tokens.empty());
  CHECK(mtt::AddedTokens().empty());
}

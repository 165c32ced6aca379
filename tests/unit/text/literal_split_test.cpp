#include "text/literal_split.h"

#include "catch.h"
#include "symbols.h"

namespace {

std::string words(mtt::SplitBehavior behavior, bool inverted, std::string_view text) {
  const mtt::Symbols symbols = symbols_of(text);
  std::string result;
  mtt::literal_split(U"bb", behavior, inverted)(symbols, [&](std::span<const mtt::Symbol> word) {
    result += (result.empty() ? "" : "|") + utf8_of(word);
  });
  return result;
}

}  // namespace

// The answers are those of Hugging Face tokenizers 0.23.3.

TEST_CASE("a text is cut around a string") {
  using enum mtt::SplitBehavior;
  const std::string text = "bbaabbbbabbb";
  CHECK(words(removed, false, text) == "aa|a|b");
  CHECK(words(removed, true, text) == "bb|bb|bb|bb");
  CHECK(words(isolated, false, text) == "bb|aa|bb|bb|a|bb|b");
  CHECK(words(merged_with_previous, false, text) == "bb|aabb|bb|abb|b");
  CHECK(words(merged_with_previous, true, text) == "bbaa|bb|bba|bbb");
  CHECK(words(merged_with_next, false, text) == "bbaa|bb|bba|bbb");
  CHECK(words(merged_with_next, true, text) == "bb|aabb|bb|abb|b");
  CHECK(words(contiguous, false, text) == "bb|aa|bbbb|a|bb|b");
  CHECK(words(contiguous, true, text) == "bb|aa|bbbb|a|bb|b");
}

TEST_CASE("a text that is the string, or has none, is whole or nothing") {
  using enum mtt::SplitBehavior;
  CHECK(words(removed, false, "bb").empty());
  CHECK(words(isolated, false, "bb") == "bb");
  CHECK(words(merged_with_previous, false, "aba") == "aba");
  CHECK(words(removed, true, "aba").empty());
}

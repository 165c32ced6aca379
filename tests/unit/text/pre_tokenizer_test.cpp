#include "text/pre_tokenizer.h"

#include "catch.h"
#include "symbols.h"

namespace {

/// The words with | between them.
std::string words(const mtt::PreTokenizer& pre_tokenizer, std::string_view text) {
  const mtt::Symbols symbols = symbols_of(text);
  std::string result;
  pre_tokenizer.split(symbols, [&](std::span<const mtt::Symbol> word) {
    CHECK_FALSE(word.empty());
    result += (result.empty() ? "" : "|") + utf8_of(word);
  });
  return result;
}

std::string words(const mtt::PreTokenizerStep& step, std::string_view text) {
  return words(mtt::PreTokenizer({step}), text);
}

}  // namespace

TEST_CASE("BERT: each punctuation character is a word") {
  CHECK(words(mtt::split_bert, "Hey,  you!? a_b\n") == "Hey|,|you|!|?|a|_|b");
  CHECK(words(mtt::split_bert, " \t") == "");
  CHECK(words(mtt::split_bert, "naïve中文") == "naïve中文");
}

TEST_CASE("Whitespace: runs of word characters and runs of others") {
  CHECK(words(mtt::split_whitespace, "a_b!? c-d") == "a_b|!?|c|-|d");
}

TEST_CASE("WhitespaceSplit: white space alone") {
  CHECK(words(mtt::split_at_spaces, "a,b\u3000c ") == "a,b|c");
}

TEST_CASE("ByteLevel: GPT-2's pattern covers the text") {
  CHECK(words(mtt::byte_level(false), "it's 10 cats!  ok") == "it|'s| 10| cats|!| | ok");
  CHECK(words(mtt::byte_level(true), "a b") == " a| b");
  CHECK(words(mtt::byte_level(true), " a") == " a");
}

TEST_CASE("Metaspace: its character takes the place of spaces and may stand before the text") {
  using mtt::Prepend;
  CHECK(words(mtt::metaspace(U'_', Prepend::always, true), "a b  c") == "_a|_b|_|_c");
  CHECK(words(mtt::metaspace(U'_', Prepend::always, false), "a b") == "_a_b");
  CHECK(words(mtt::metaspace(U'_', Prepend::never, true), "a b") == "a|_b");
  CHECK(words(mtt::metaspace(U'_', Prepend::always, true), " a") == "_a");
  mtt::Symbols later = symbols_of("xa");
  later.erase(later.begin());
  for (const auto& [prepend, expected] :
       {std::pair{Prepend::first, "a"}, {Prepend::always, "_a"}, {Prepend::never, "a"}})
    mtt::metaspace(U'_', prepend, true)(
        later, [&](std::span<const mtt::Symbol> word) { CHECK(utf8_of(word) == expected); });
  CHECK(words(mtt::metaspace(U'_', Prepend::first, true), "a") == "_a");
}

TEST_CASE("each step cuts the words of the one before") {
  CHECK(words(mtt::PreTokenizer({mtt::split_at_spaces, mtt::split_bert}), "a,b c") == "a|,|b|c");
  CHECK(words(mtt::PreTokenizer(), "a b") == "a b");
  CHECK(words(mtt::PreTokenizer(), "") == "");
}

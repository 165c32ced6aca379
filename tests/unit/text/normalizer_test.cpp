#include "text/normalizer.h"

#include "catch.h"
#include "symbols.h"

namespace {

std::string after(const std::function<void(mtt::Symbols&, std::int32_t)>& step, std::string_view text) {
  mtt::Symbols symbols = symbols_of(text);
  step(symbols, 0);
  return with_ranges(symbols);
}

}  // namespace

TEST_CASE("control characters are dropped and white space becomes a space") {
  CHECK(after(mtt::clean_text, "a\tb\x01\nc") == "a0-1  1-2 b2-3  4-5 c5-6");
  CHECK(after(mtt::clean_text, "\ufffd\u200b").empty());
}

TEST_CASE("ideographs stand between spaces, kana does not") {
  mtt::Symbols symbols = symbols_of("a中ア");
  mtt::add_cjk_spaces(symbols, 0);
  CHECK(utf8_of(symbols) == "a 中 ア");
  CHECK(symbols[2].begin == 1);
  CHECK(symbols[2].end == 2);
}

TEST_CASE("nonspacing marks or all marks are dropped") {
  CHECK(after(mtt::strip_nonspacing, "e\u0301x") == "e0-1 x2-3");
  CHECK(after(mtt::strip_nonspacing, "क\u0903") == "क0-1 \u09031-2");
  CHECK(after(mtt::strip_marks, "क\u0903x") == "क0-1 x2-3");
  CHECK(after(mtt::strip_marks, "\u00e9") == "\u00e90-1");  // composed: not a mark
}

TEST_CASE("lower case may have more characters, which stand for the same one") {
  CHECK(after(mtt::lowercase, "AÉ\u0130b") == "a0-1 é1-2 i2-3 \u03072-3 b3-4");
  CHECK(after(mtt::lowercase, "ΑΣ") == "α0-1 σ1-2");  // a final sigma depends on neighbours: not here
}

TEST_CASE("a replacement stands for the last character that was found") {
  CHECK(after(mtt::replace({U"ab", false}, U"x").apply, "aabab") == "a0-1 x2-3 x4-5");
  CHECK(after(mtt::replace({U" ", true}, U"_").apply, "a   b c") == "a0-1 _3-4 b4-5 _5-6 c6-7");
  CHECK(after(mtt::replace({U"b", false}, U"").apply, "abc") == "a0-1 c2-3");
  CHECK(mtt::replace({U"b", false}, U"123").growth == 3);
}

TEST_CASE("what is put before a text stands for its first character") {
  const mtt::NormalizerStep step = mtt::prepend_text(U"xy");
  CHECK(after(step.apply, "ab") == "x0-1 y0-1 a0-1 b1-2");
  CHECK(after(step.apply, "").empty());
  CHECK(step.growth == 3);
}

TEST_CASE("white space is stripped at the wanted ends alone") {
  CHECK(after(mtt::strip_spaces(true, false).apply, "  a b ") == "a2-3  3-4 b4-5  5-6");
  CHECK(after(mtt::strip_spaces(false, true).apply, " a ") == " 0-1 a1-2");
  CHECK(after(mtt::strip_spaces(true, true).apply, " \t ").empty());
}

TEST_CASE("steps follow each other in their order") {
  const mtt::NormalizerStep lower{mtt::lowercase}, replace = mtt::replace({U"a", false}, U"B");
  mtt::Symbols one = symbols_of("Aa"), other = one;
  mtt::Normalizer({lower, replace}).apply(one, 0);
  mtt::Normalizer({replace, lower}).apply(other, 0);
  CHECK(utf8_of(one) == "BB");
  CHECK(utf8_of(other) == "ab");
}

#include "text/normal_forms.h"

#include "catch.h"
#include "symbols.h"

namespace {

using Form = void (*)(mtt::Symbols&, std::int32_t);

std::string in_form(Form form, std::string_view text) {
  mtt::Symbols symbols = symbols_of(text);
  form(symbols, 0);
  return utf8_of(symbols);
}

}  // namespace

// Figures 3 to 6 of the annex.
TEST_CASE("the examples of Unicode Standard Annex 15") {
  const auto check = [](const char* text, const char* nfd, const char* nfc, const char* nfkd,
                        const char* nfkc) {
    INFO(text);
    CHECK(in_form(mtt::nfd, text) == nfd);
    CHECK(in_form(mtt::nfc, text) == nfc);
    CHECK(in_form(mtt::nfkd, text) == nfkd);
    CHECK(in_form(mtt::nfkc, text) == nfkc);
  };
  check("\u212b", "A\u030a", "\u00c5", "A\u030a", "\u00c5");              // a singleton
  check("\u1e69", "s\u0323\u0307", "\u1e69", "s\u0323\u0307", "\u1e69");  // two marks
  check("\u1e0b\u0323", "d\u0323\u0307", "\u1e0d\u0307", "d\u0323\u0307", "\u1e0d\u0307");
  check("q\u0307\u0323", "q\u0323\u0307", "q\u0323\u0307", "q\u0323\u0307", "q\u0323\u0307");
  check("\ufb01", "\ufb01", "\ufb01", "fi", "fi");  // compatibility only
  check("2\u2075", "2\u2075", "2\u2075", "25", "25");
  check("\u1e9b\u0323", "\u017f\u0323\u0307", "\u1e9b\u0323", "s\u0323\u0307", "\u1e69");
  check("\uac01", "\u1100\u1161\u11a8", "\uac01", "\u1100\u1161\u11a8", "\uac01");  // Hangul
  check("\u0958", "\u0915\u093c", "\u0915\u093c", "\u0915\u093c",
        "\u0915\u093c");  // excluded from composition
}

TEST_CASE("a form of a form is the form, for every code point") {
  int wrong = 0;
  for (char32_t c = 0; c < 0x110000; ++c) {
    if (c >= 0xD800 && c < 0xE000) continue;
    mtt::Symbols d = {{c, 0, 1}}, kd = d, composed, again;
    const auto same = [](const mtt::Symbols& x, const mtt::Symbols& y) {
      return std::equal(x.begin(), x.end(), y.begin(), y.end(),
                        [](const mtt::Symbol& a, const mtt::Symbol& b) { return a.c == b.c; });
    };
    mtt::nfd(d, 0);
    again = d;
    mtt::nfd(again, 0);
    wrong += !same(again, d);
    composed = {{c, 0, 1}};
    mtt::nfc(composed, 0);
    again = d;
    mtt::nfc(again, 0);
    wrong += !same(again, composed);
    mtt::nfd(again, 0);
    wrong += !same(again, d);
    mtt::nfkd(kd, 0);
    again = d;
    mtt::nfkd(again, 0);
    wrong += !same(again, kd);
  }
  CHECK(wrong == 0);
}

TEST_CASE("characters of a decomposition stand for the character that it was") {
  mtt::Symbols symbols = symbols_of("x\u00e9y");
  mtt::nfd(symbols, 0);
  CHECK(with_ranges(symbols) == "x0-1 e1-2 \u03011-2 y2-3");
}

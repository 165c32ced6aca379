#include "value/utf8.h"

#include "catch.h"

TEST_CASE("UTF-8: every code point goes round") {
  for (char32_t c = 0; c < 0x110000; ++c) {
    if (c >= 0xD800 && c < 0xE000) continue;
    char bytes[4];
    const std::string text(bytes, static_cast<std::size_t>(mtt::write_code_point(c, bytes)));
    const char* p = text.data();
    REQUIRE(mtt::find_invalid_utf8(text) == std::string::npos);
    REQUIRE(mtt::read_code_point(p) == c);
    REQUIRE(p == text.data() + text.size());
  }
}

TEST_CASE("the first invalid byte is found") {
  const auto at = [](std::string_view bytes) { return mtt::find_invalid_utf8(bytes); };
  CHECK(at("a\u00e9\U0001f600") == std::string_view::npos);
  CHECK(at("") == std::string_view::npos);
  CHECK(at("ab\xff") == 2);
  CHECK(at("\u00e9\xc0\x80") == 2);    // overlong
  CHECK(at("a\xed\xa0\x80") == 1);     // a surrogate
  CHECK(at("\xf4\x90\x80\x80") == 0);  // above U+10FFFF
  CHECK(at("abc\xe2\x82") == 3);       // cut off
}

TEST_CASE("code points are counted, not bytes") {
  CHECK(mtt::count_code_points("a\u00e9\u4e2d\U0001f600") == 4);
  CHECK(mtt::count_code_points("") == 0);
}

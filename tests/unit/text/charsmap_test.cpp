#include "text/charsmap.h"

#include <map>

#include "shown.h"
#include "text/graphemes.h"
#include "text/tokenizer_parts.h"
#include "value/utf8.h"

using mtt::Value;

namespace {

using Rules = std::vector<std::pair<std::string, std::string>>;

void append_number(std::string& bytes, std::uint32_t number) {
  for (int i = 0; i < 4; ++i) bytes += static_cast<char>(number >> 8 * i & 0xFF);
}

/// A precompiled charsmap. Each node of its trie has 256 units to itself.
std::string charsmap(const Rules& rules) {
  struct Node {
    std::map<unsigned char, std::size_t> children;
    std::int64_t value = -1;
  };
  std::vector<Node> nodes(1);
  std::string replacements;
  for (const auto& [key, replacement] : rules) {
    std::size_t node = 0;
    for (const char c : key) {
      const auto [child, added] = nodes[node].children.emplace(static_cast<unsigned char>(c), nodes.size());
      node = child->second;
      if (added) nodes.emplace_back();
    }
    nodes[node].value = static_cast<std::int64_t>(replacements.size());
    replacements += replacement + '\0';
  }
  std::vector<std::uint32_t> units((nodes.size() + 1) * 256);
  std::vector<std::size_t> place(nodes.size());
  for (std::size_t n = 0; n < nodes.size(); ++n) {
    const std::size_t base = (n + 1) * 256;
    units[place[n]] |= static_cast<std::uint32_t>((base ^ place[n]) << 10);
    if (nodes[n].value >= 0) {
      units[place[n]] |= 1u << 8;
      units[base] = 1u << 31 | static_cast<std::uint32_t>(nodes[n].value);
    }
    for (const auto& [label, child] : nodes[n].children) {
      place[child] = base ^ label;
      units[place[child]] = label;
    }
  }
  std::string bytes;
  append_number(bytes, static_cast<std::uint32_t>(units.size() * 4));
  for (const std::uint32_t unit : units) append_number(bytes, unit);
  return bytes + replacements;
}

std::string base64(const std::string& bytes) {
  const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k)
      bits = bits << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0);
    for (std::size_t k = 0; k < 4; ++k)
      text += i + k <= bytes.size() ? digits[bits >> (18 - 6 * k) & 63] : '=';
  }
  return text;
}

const Rules kRules = {{"ﬁ", "fi"}, {"①", "1"}, {"½", "1⁄2"},  {"\u00ad", ""}, {"e\u0301", "é"},
                      {"ａ", "a"}, {"c", "C"}, {"\r\n", " "}, {"\u3000", " "}};

std::string text_of(const mtt::Symbols& symbols) {
  std::string text;
  for (const mtt::Symbol& s : symbols) {
    char bytes[4];
    text.append(bytes, static_cast<std::size_t>(mtt::write_code_point(s.c, bytes)));
  }
  return text;
}

/// The text and, for each of its characters, the range of original characters.
std::string applied(const mtt::Charsmap& map, const std::string& text) {
  mtt::Symbols symbols = mtt::decode_utf8(text);
  map.apply(symbols, 0);
  std::string result = text_of(symbols);
  for (const mtt::Symbol& s : symbols) result += " " + std::to_string(s.begin) + "-" + std::to_string(s.end);
  return result;
}

/// A WordPiece tokenizer whose normalizer is the one given.
Value with_normalizer(Value normalizer) {
  return Value::Table{{"normalizer", std::move(normalizer)},
                      {"model", Value::Table{{"unk_token", "?"},
                                             {"continuing_subword_prefix", ""},
                                             {"max_input_chars_per_word", 100},
                                             {"vocab", Value::Table{{"?", 0},
                                                                    {"a", 1},
                                                                    {"b", 2},
                                                                    {" ", 3},
                                                                    {"f", 4},
                                                                    {"i", 5},
                                                                    {"1", 6},
                                                                    {"\"", 7},
                                                                    {"é", 8},
                                                                    {"ᄒ", 9},
                                                                    {"e", 10}}}}}};
}

Value precompiled(const std::string& base64_text) {
  return Value::Table{{"type", "Precompiled"}, {"precompiled_charsmap", base64_text}};
}

Value replaces(const char* kind, const char* pattern, const char* content) {
  return Value::Table{{"type", "Replace"}, {"pattern", Value::Table{{kind, pattern}}}, {"content", content}};
}

std::string normalized(Value normalizer, const std::string& text) {
  return shown(mtt::Tokenizer::from_json(with_normalizer(std::move(normalizer))), text);
}

}  // namespace

// The answers are those of Hugging Face tokenizers 0.23.3.

TEST_CASE("a charsmap replaces clusters up to 5 bytes as a whole, others by characters") {
  const mtt::Charsmap map(charsmap(kRules));
  CHECK(applied(map, "aﬁb") == "afib 0-1 1-2 1-2 2-3");
  CHECK(applied(map, "½a") == "1⁄2a 0-1 0-1 0-1 1-2");
  CHECK(applied(map, "a\u00ad\u00adb") == "ab 0-1 3-4");
  CHECK(applied(map, "e\u0301") == "é 0-1");
  CHECK(applied(map, "ae\u0301\u0301a") == "aéa 0-1 1-2 4-5");  // the second accent goes with the cluster
  CHECK(applied(map, "c\u0300\u0300\u0300") == "C\u0300\u0300\u0300 0-1 1-2 2-3 3-4");  // 7 bytes
  CHECK(applied(map, "a\r\nb") == "a b 0-1 1-2 3-4");
  CHECK(applied(map, "①\u0301ａ") == "1a 0-1 2-3");
  CHECK(applied(map, "½\u00ada") == "1⁄2a 0-1 0-1 1-2 2-3");
  CHECK(applied(map, "\u00ada") == "a 0-1");  // what is dropped at the very start is not counted
  CHECK(applied(map, "ab") == "ab 0-1 1-2");
  CHECK(applied(map, "") == "");
  CHECK(normalized(precompiled(base64(charsmap(kRules))), "aﬁ①") == "a(0,1) f(1,2) i(1,2) 1(2,3) ");
}

TEST_CASE("grapheme clusters end where Unicode says") {
  const auto clusters = [](const std::string& text) {
    const mtt::Symbols symbols = mtt::decode_utf8(text);
    std::string sizes;
    for (std::size_t i = 0; i < symbols.size();) {
      const std::size_t end = mtt::cluster_end(symbols, i);
      sizes += std::to_string(end - i);
      i = end;
    }
    return sizes;
  };
  CHECK(clusters("ab") == "11");
  CHECK(clusters("a\u0300\u0301b") == "31");
  CHECK(clusters("\r\n\n\r\u0300") == "2111");
  CHECK(clusters("\u1100\u1161\u11a8\u1100") == "31");       // a syllable of jamo
  CHECK(clusters("\uac00\u11a8\uac01\u1161") == "211");      // LV T, LVT, V
  CHECK(clusters("\u0600a") == "2");                         // prepend
  CHECK(clusters("\u0915\u093f") == "2");                    // spacing mark
  CHECK(clusters("\u0915\u094d\u0937\u0915") == "31");       // a conjunct
  CHECK(clusters("\u0915\u094d\u200d\u0937") == "4");        // with a joiner
  CHECK(clusters("\u0915\u0937") == "11");                   // no linker
  CHECK(clusters("\u2764\ufe0f\u200d\U0001f525a") == "41");  // an emoji sequence
  CHECK(clusters("a\u200d\U0001f525") == "21");              // not after a letter
  CHECK(clusters("\U0001f44d\U0001f3fb") == "2");            // a skin tone
}

TEST_CASE("a charsmap that is broken is refused, and nothing beyond its ends is read") {
  const auto refuses = [](const std::string& text, const char* part) {
    CHECK_THROWS_WITH(mtt::Tokenizer::from_json(with_normalizer(precompiled(text))), Contains(part));
  };
  const std::string good = charsmap(kRules);
  refuses("AA*A", "not a digit of base64");
  refuses("AAA", "truncated");
  refuses("AB==", "truncated");
  refuses("", "has 0 bytes");
  refuses(base64(std::string(4, '\0')), "has 0 bytes; expected a multiple of 4");
  refuses(base64("\xff\xff\xff\xff"), "has 4294967295 bytes; expected a multiple of 4 up to the 0");
  refuses(base64(good.substr(0, 100)), "that follow");
  refuses(base64(good + "\xff"), "not valid UTF-8");
  // units that lead out of the array, and leaves that point behind or into characters
  const auto number_at = [&](std::size_t at) {
    std::uint32_t number = 0;
    for (int i = 3; i >= 0; --i) number = number << 8 | static_cast<unsigned char>(good[at + i]);
    return number;
  };
  const std::size_t trie_end = 4 + number_at(0);
  for (std::size_t at = 4; at < trie_end; at += 4) {
    if (number_at(at) == 0) continue;
    for (const std::uint32_t kept : {0u, 0xFFu, 0x1FFu}) {
      for (const std::uint32_t pattern : {0x7FFFFFFFu, 0xFFFFFFFFu, 0x00001400u}) {
        std::string unit;
        append_number(unit, (number_at(at) & kept) | (pattern & ~kept));
        const mtt::Charsmap map(std::string(good).replace(at, 4, unit));
        mtt::Symbols symbols = mtt::decode_utf8("aﬁ①½\u00ade\u0301ａc\r\n\u3000");
        map.apply(symbols, 0);
        CHECK(mtt::find_invalid_utf8(text_of(symbols)) == std::string::npos);
      }
    }
  }
}

TEST_CASE("Replace, Strip, Nmt, NFKD and NFKC") {
  const Value twice = replaces("String", "''", "\"");
  CHECK(normalized(twice, "a''b''''") == "a(0,1) \"(2,3) b(3,4) \"(5,6) \"(7,8) ");
  CHECK(normalized(replaces("Regex", " {2,}", " "), "a   b a") == "a(0,1)  (3,4) b(4,5)  (5,6) a(6,7) ");
  CHECK(normalized(replaces("Regex", "a+", "b"), "aaba") == "b(1,2) b(2,3) b(3,4) ");
  CHECK(normalized(replaces("String", "a", ""), "aab a") == "b(2,3)  (3,4) ");
  const Value strip(Value::Table{{"type", "Strip"}, {"strip_left", true}, {"strip_right", true}});
  CHECK(normalized(strip, "  a b \n") == "a(2,3)  (3,4) b(4,5) ");
  CHECK(normalized(Value(Value::Table{{"type", "Nmt"}}),
                   "a\x01\u200b\u2581"
                   "b\x7f") == "a(0,1)  (2,3)  (3,4) b(4,5) ");
  CHECK(normalized(Value(Value::Table{{"type", "NFKD"}}), "ﬁㅎ①") == "f(0,1) i(0,1) ᄒ(1,2) 1(2,3) ");
  CHECK(normalized(Value(Value::Table{{"type", "NFKC"}}), "ﬁe\u0301①") == "f(0,1) i(0,1) é(1,2) 1(3,4) ");
  const auto refuses = [](Value normalizer, const char* part) {
    CHECK_THROWS_WITH(mtt::Tokenizer::from_json(with_normalizer(std::move(normalizer))), Contains(part));
  };
  refuses(replaces("String", "", "a"), "the pattern of a Replace is empty");
  for (const char* expression : {"\\s+", "a{2}", "a{,2}", "a{0,}", "a{1001,}", "a{99999999999999999999,}",
                                 ".+", "[ab]+", "ab+", "a", "+", "a{2,}b", ""})
    refuses(replaces("Regex", expression, "a"), "expected one character and + or {n,}");
  refuses(Value(Value::Table{{"type", "ByteLevel"}}), "'ByteLevel' is not supported");
}

#include <array>
#include <charconv>

#include "mtt/error.h"
#include "text/charsmap.h"
#include "text/component_json.h"
#include "text/normal_forms.h"

namespace mtt {
namespace {

std::string decode_base64(const Value& value) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::array<std::int8_t, 256> digit_of;
  digit_of.fill(-1);
  for (std::size_t i = 0; i < kDigits.size(); ++i)
    digit_of[static_cast<unsigned char>(kDigits[i])] = static_cast<std::int8_t>(i);
  const std::string& text = value.string();
  std::size_t digits = text.size();
  while (digits > 0 && text.size() - digits < 2 && text[digits - 1] == '=') --digits;
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3);
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    const int digit = digit_of[static_cast<unsigned char>(text[i])];
    if (digit < 0) value.refuse("the character " + std::to_string(i) + " is not a digit of base64");
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    if (i % 4 != 0) bytes += static_cast<char>(bits >> (6 - i % 4 * 2) & 0xFF);
  }
  const std::uint32_t left_over = digits % 4 == 2 ? bits & 15 : digits % 4 == 3 ? bits & 3 : 0;
  if (text.size() % 4 != 0 || left_over != 0)
    value.refuse("the base64 text is truncated: it has " + std::to_string(text.size()) +
                 " characters; expected a multiple of 4 that ends in whole bytes");
  return bytes;
}

NormalizerStep read_charsmap(const Value& normalizer) {
  const Value& map = normalizer.at("precompiled_charsmap");
  const std::string bytes = decode_base64(map);
  try {
    const auto charsmap = std::make_shared<const Charsmap>(bytes);
    return {[charsmap](Symbols& symbols, std::int32_t origin) { charsmap->apply(symbols, origin); },
            charsmap->growth()};
  } catch (const Error& error) {
    map.refuse(error.what());
  }
}

/// A regular expression of one character and "+" or "{n,}".
ReplacePattern read_repetition(const Value& expression) {
  constexpr std::u32string_view kOperators = U"\\.^$|?*+()[]{}";
  constexpr std::int64_t kMost = 1000;
  const std::string& text = expression.string();
  const std::u32string characters = characters_of(expression);
  std::int64_t least = 0;
  if (characters.size() > 1 && kOperators.find(characters[0]) == std::u32string_view::npos) {
    const std::u32string_view rest = std::u32string_view(characters).substr(1);
    if (rest == U"+") {
      least = 1;
    } else if (rest.starts_with(U"{") && rest.ends_with(U",}")) {
      const std::size_t begin = text.rfind('{') + 1, end = text.size() - 2;
      const auto [last, error] = std::from_chars(text.data() + begin, text.data() + end, least);
      if (error != std::errc() || last != text.data() + end) least = 0;
    }
  }
  if (least < 1 || least > kMost)
    expression.refuse("the regular expression " + expression.json() +
                      " is not supported; expected one character and + or {n,}");
  return {.text = std::u32string(static_cast<std::size_t>(least), characters[0]), .repeats = true};
}

NormalizerStep read_replace(const Value& normalizer) {
  const Value& pattern = normalizer.at("pattern");
  const std::u32string content = characters_of(normalizer.at("content"));
  if (const Value* expression = pattern.find("Regex")) return replace(read_repetition(*expression), content);
  const Value& text = pattern.at("String");
  if (text.string().empty()) text.refuse("the pattern of a Replace is empty");
  return replace({.text = characters_of(text)}, content);
}

NormalizerStep read_prepend(const Value& normalizer) {
  const Value& text = normalizer.at("prepend");
  if (text.string().empty()) text.refuse("the text of a Prepend is empty");
  return prepend_text(characters_of(text));
}

std::vector<NormalizerStep> bert_normalizer(bool clean, bool cjk_spaces, bool strip_accents, bool lowers) {
  std::vector<NormalizerStep> steps;
  if (clean) steps.push_back({clean_text});
  if (cjk_spaces) steps.push_back({add_cjk_spaces});
  if (strip_accents) steps.insert(steps.end(), {{nfd}, {strip_nonspacing}});
  if (lowers) steps.push_back({lowercase});
  return steps;
}

constexpr double kMostGrowth = 100;
constexpr std::size_t kMostSteps = 1000;

}  // namespace

void check_growth(const Value& normalizer, const std::vector<NormalizerStep>& steps) {
  double growth = 1;
  for (const NormalizerStep& step : steps) growth *= step.growth;
  if (growth > kMostGrowth)
    normalizer.refuse("the normalizer can make a text more than " +
                      std::to_string(static_cast<int>(kMostGrowth)) +
                      " times as long; shorten what its Replace and Precompiled steps put in");
  if (steps.size() > kMostSteps)
    normalizer.refuse("the normalizer has " + std::to_string(steps.size()) + " steps; expected at most " +
                      std::to_string(kMostSteps));
}

void read_normalizer(const Value& normalizer, std::vector<NormalizerStep>& steps) {
  constexpr std::pair<std::string_view, void (*)(Symbols&, std::int32_t)> kPlain[] = {
      {"NFD", nfd},
      {"NFKD", nfkd},
      {"NFC", nfc},
      {"NFKC", nfkc},
      {"Lowercase", lowercase},
      {"Nmt", nmt},
      {"StripAccents", strip_marks}};
  const std::string& type = type_of(normalizer);
  for (const auto& [name, step] : kPlain)
    if (type == name) return steps.push_back({step});
  if (type == "BertNormalizer") {
    const bool lowers = normalizer.at("lowercase").boolean();
    const auto parts = bert_normalizer(normalizer.at("clean_text").boolean(),
                                       normalizer.at("handle_chinese_chars").boolean(),
                                       flag_or(normalizer, "strip_accents", lowers), lowers);
    steps.insert(steps.end(), parts.begin(), parts.end());
  } else if (type == "Sequence") {
    for (const Value& part : normalizer.at("normalizers").array()) read_normalizer(part, steps);
  } else if (type == "Precompiled") {
    steps.push_back(read_charsmap(normalizer));
  } else if (type == "Prepend") {
    steps.push_back(read_prepend(normalizer));
  } else if (type == "Replace") {
    steps.push_back(read_replace(normalizer));
  } else if (type == "Strip") {
    steps.push_back(
        strip_spaces(normalizer.at("strip_left").boolean(), normalizer.at("strip_right").boolean()));
  } else {
    normalizer.refuse("the normalizer '" + type +
                      "' is not supported; expected BertNormalizer, Lowercase, NFC, NFD, NFKC, NFKD, "
                      "Nmt, Precompiled, Prepend, Replace, Sequence, Strip or StripAccents");
  }
}

}  // namespace mtt

#include "freeze/selector.h"

#include <charconv>
#include <cstdint>
#include <optional>

namespace mtt {
namespace {

bool matches_glob(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0, star = std::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::string_view take_part(std::string_view& dotted) {
  const std::size_t dot = dotted.find('.');
  const std::string_view part = dotted.substr(0, dot);
  dotted = dot == std::string_view::npos ? std::string_view() : dotted.substr(dot + 1);
  return part;
}

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool matches_part(std::string_view wanted, std::string_view part) {
  if (wanted == part) return true;
  const std::size_t dash = wanted.find('-');
  if (dash == std::string_view::npos) return false;
  const auto first = number(wanted.substr(0, dash)), last = number(wanted.substr(dash + 1)),
             value = number(part);
  return first && last && value && *first <= *value && *value <= *last;
}

}  // namespace

bool selects(std::string_view selector, std::string_view parameter) {
  if (selector.find('*') != std::string_view::npos) return matches_glob(selector, parameter);
  if (selector.empty()) return false;
  while (!selector.empty()) {
    if (parameter.empty() || !matches_part(take_part(selector), take_part(parameter))) return false;
  }
  return true;
}

}  // namespace mtt

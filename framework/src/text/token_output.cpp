#include "text/token_output.h"

#include <algorithm>

#include "text/truncation.h"

namespace mtt {

TokenOutput::TokenOutput(Tokens& into) : into_(into) {
  into_.ids.clear();
  into_.type_ids.clear();
  into_.chars.clear();
  into_.special.clear();
  into_.first_subword.clear();
  into_.truncated = into_.truncated_second = 0;
  into_.second = {};
}

TokenRange TokenOutput::finish_item(std::int32_t type_id, bool special) {
  const std::size_t begin = into_.type_ids.size(), end = into_.ids.size();
  into_.type_ids.resize(end, type_id);
  into_.special.resize(end, special);
  return {static_cast<std::int32_t>(begin), static_cast<std::int32_t>(end)};
}

void TokenOutput::erase(std::int32_t begin, std::int32_t end) {
  const auto cut = [&](auto& values) { values.erase(values.begin() + begin, values.begin() + end); };
  cut(into_.ids);
  cut(into_.type_ids);
  cut(into_.chars);
  cut(into_.special);
  cut(into_.first_subword);
  if (spaces_.empty()) return;
  spaces_.resize(std::max<std::size_t>(spaces_.size(), end));
  cut(spaces_);
}

void TokenOutput::truncate(std::array<TokenRange, 2>& texts, std::int64_t room, bool left) {
  const auto kept = longest_first(texts[0].end - texts[0].begin, texts[1].end - texts[1].begin, room);
  std::array<std::int32_t*, 2> truncated = {&into_.truncated, &into_.truncated_second};
  for (const std::size_t i : {0, 1}) {
    TokenRange& text = texts[i];
    TokenRange& other = texts[1 - i];
    const auto count = static_cast<std::int32_t>(text.end - text.begin - kept[i]);
    if (count == 0) continue;
    *truncated[i] = count;
    if (left)
      erase(text.begin, text.begin + count);
    else
      erase(text.end - count, text.end);
    if (other.begin >= text.end) {
      other.begin -= count;
      other.end -= count;
    }
    text.end -= count;
  }
}

void TokenOutput::trim(TokenRange text, bool keeps_one) {
  spaces_.resize(into_.ids.size());
  for (std::int32_t i = text.begin; i < text.end; ++i) {
    CharSpan& chars = into_.chars[i];
    const bool first = i == text.begin || chars.begin == 0;
    chars = without_spaces(chars, spaces_[i], first && keeps_one);
  }
}

}  // namespace mtt

#include "words.h"

#include <algorithm>
#include <utility>

#include "mtt/error.h"
#include "mtt/label_set.h"

namespace {

bool begins_character(char byte) { return (byte & 0xC0) != 0x80; }

bool is_span(const mtt::Value& table) {
  const auto has = [&](const char* key, mtt::Value::Kind kind) {
    const mtt::Value* value = table.find(key);
    return value && value->is(kind);
  };
  return has("start", mtt::Value::Kind::integer) && has("end", mtt::Value::Kind::integer) &&
         has("label", mtt::Value::Kind::string);
}

}  // namespace

std::vector<Word> words_of(const mtt::PackedBatch& batch, std::int64_t input) {
  std::vector<Word> words;
  const auto* numbers = batch.word.const_data_ptr<std::int64_t>();
  const auto* texts = batch.second_texts.empty() ? nullptr : batch.text.const_data_ptr<std::int64_t>();
  std::int64_t last = -1;
  for (std::int64_t t = batch.offsets[input]; t < batch.offsets[input + 1]; ++t) {
    if (numbers[t] < 0) continue;
    const bool second = texts && texts[t] == 1;
    if (numbers[t] != last || second != words.back().second)
      words.push_back({t, batch.chars[t], second});
    else
      words.back().chars.end = batch.chars[t].end;
    last = numbers[t];
  }
  return words;
}

std::vector<TextSpan> read_spans(const mtt::Value& spans,
                                 std::optional<std::array<std::int64_t, 2>> characters) {
  std::vector<TextSpan> result;
  if (!spans.is(mtt::Value::Kind::array)) mtt::refuse_label(spans, mtt::LabelKind::spans);
  for (const mtt::Value& span : spans.array()) {
    if (!span.is(mtt::Value::Kind::table)) mtt::refuse_label(spans, mtt::LabelKind::spans);
    if (!is_span(span)) mtt::refuse_label(span, mtt::LabelKind::spans);
    const std::int64_t start = span.at("start").integer(), end = span.at("end").integer();
    const std::string name = "the span " + std::to_string(start) + ".." + std::to_string(end);
    if (start < 0 || start >= end) span.refuse(name + " is empty or negative");
    const bool second = mtt::in_second_text(span);
    if (characters) {
      const std::int64_t count = (*characters)[second];
      if (count < 0)
        span.refuse(name +
                    " is in \"text_pair\", and the task reads the first text alone; write pair = "
                    "\"joint\" in the task's table");
      if (end > count)
        span.refuse(name + " ends beyond the text of " + std::to_string(count) + " characters");
    }
    const std::string& label = span.at("label").string();
    if (label.empty()) span.refuse("a span has an empty label");
    result.push_back({second, {label, {static_cast<std::int32_t>(start), static_cast<std::int32_t>(end)}}});
  }
  std::sort(result.begin(), result.end(), [](const TextSpan& a, const TextSpan& b) {
    return std::pair(a.second, a.entity.span.begin) < std::pair(b.second, b.entity.span.begin);
  });
  for (std::size_t i = 1; i < result.size(); ++i)
    if (result[i].second == result[i - 1].second &&
        result[i].entity.span.begin < result[i - 1].entity.span.end)
      spans.refuse("the spans of " + result[i - 1].entity.label + " and " + result[i].entity.label +
                   " overlap");
  return result;
}

std::array<std::int64_t, 2> characters_of(const mtt::PackedBatch& batch, std::int64_t input) {
  const auto count = [](std::string_view utf8) -> std::int64_t {
    return std::count_if(utf8.begin(), utf8.end(), begins_character);
  };
  return {count(batch.texts[input]), batch.second_texts.empty() ? -1 : count(batch.second_texts[input])};
}

std::string slice(std::string_view utf8, mtt::CharSpan chars) {
  std::string part;
  std::int32_t at = -1;
  for (const char byte : utf8) {
    if (begins_character(byte)) ++at;
    if (at >= chars.begin && at < chars.end) part += byte;
  }
  return part;
}

#include "words.h"

#include <algorithm>

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
  std::int64_t last = -1;
  for (std::int64_t t = batch.offsets[input]; t < batch.offsets[input + 1]; ++t) {
    if (numbers[t] < 0) continue;
    if (numbers[t] != last)
      words.push_back({t, batch.chars[t]});
    else
      words.back().chars.end = batch.chars[t].end;
    last = numbers[t];
  }
  return words;
}

std::vector<mtt::Entity> read_spans(const mtt::Value& spans, std::int64_t characters) {
  std::vector<mtt::Entity> result;
  if (!spans.is(mtt::Value::Kind::array)) mtt::refuse_label(spans, mtt::LabelKind::spans);
  for (const mtt::Value& span : spans.array()) {
    if (!span.is(mtt::Value::Kind::table)) mtt::refuse_label(spans, mtt::LabelKind::spans);
    if (!is_span(span)) mtt::refuse_label(span, mtt::LabelKind::spans);
    const std::int64_t start = span.at("start").integer(), end = span.at("end").integer();
    if (start < 0 || start >= end)
      span.refuse("the span " + std::to_string(start) + ".." + std::to_string(end) + " is empty or negative");
    if (characters >= 0 && end > characters) {
      span.refuse("the span " + std::to_string(start) + ".." + std::to_string(end) +
                  " ends beyond the text of " + std::to_string(characters) + " characters");
    }
    const std::string& label = span.at("label").string();
    if (label.empty()) span.refuse("a span has an empty label");
    result.push_back({label, {static_cast<std::int32_t>(start), static_cast<std::int32_t>(end)}});
  }
  std::sort(result.begin(), result.end(),
            [](const mtt::Entity& a, const mtt::Entity& b) { return a.span.begin < b.span.begin; });
  for (std::size_t i = 1; i < result.size(); ++i)
    if (result[i].span.begin < result[i - 1].span.end)
      spans.refuse("the spans of " + result[i - 1].label + " and " + result[i].label + " overlap");
  return result;
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

std::int64_t count_characters(std::string_view utf8) {
  return std::count_if(utf8.begin(), utf8.end(), begins_character);
}

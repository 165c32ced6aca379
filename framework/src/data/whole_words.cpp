#include "data/whole_words.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "data/label_check.h"
#include "mtt/label_set.h"
#include "text/unicode.h"
#include "value/utf8.h"

namespace mtt {
namespace {

/// A text whose characters can be counted.
class Characters {
 public:
  explicit Characters(const std::string& utf8) : utf8_(utf8) {
    for (const char* p = utf8.data(); p < utf8.data() + utf8.size();) {
      begins_.push_back(p - utf8.data());
      space_.push_back((unicode::properties(read_code_point(p)).flags & unicode::kSpace) != 0);
    }
    begins_.push_back(static_cast<std::ptrdiff_t>(utf8.size()));
  }

  std::int64_t bytes() const { return static_cast<std::int64_t>(utf8_.size()); }
  std::int64_t count() const { return static_cast<std::int64_t>(space_.size()); }

  CharSpan trimmed(std::int64_t begin, std::int64_t end) const {
    while (begin < end && space_[begin]) ++begin;
    while (end > begin && space_[end - 1]) --end;
    return {static_cast<std::int32_t>(begin), static_cast<std::int32_t>(end)};
  }

  /// '0..4 "wake"'
  std::string shown(std::int64_t begin, std::int64_t end) const {
    const std::string slice(utf8_.substr(begins_[begin], begins_[end] - begins_[begin]));
    return std::to_string(begin) + ".." + std::to_string(end) + " " + Value(slice).json();
  }

 private:
  std::string_view utf8_;
  std::vector<std::ptrdiff_t> begins_;
  std::vector<bool> space_;
};

/// A span as it is written, and as it is moved; `index` is its place in the label.
struct Span {
  std::size_t index = 0;
  std::int64_t start = 0, end = 0;
  CharSpan moved = {};
  bool taken = false;  ///< all its words belong to the span before
};

std::string name_of(const Span& span) {
  return "the span " + std::to_string(span.start) + ".." + std::to_string(span.end);
}

CharSpan covered_words(CharSpan trimmed, const std::vector<CharSpan>& words) {
  const auto first = std::find_if(words.begin(), words.end(),
                                  [&](const CharSpan& word) { return word.end > trimmed.begin; });
  if (first == words.end() || first->begin >= trimmed.end) return {};
  auto last = first;
  while (last + 1 != words.end() && last[1].begin < trimmed.end) ++last;
  return {first->begin, last->end};
}

Span read_span(const Value& spans, std::size_t index, const Characters& text,
               const std::vector<CharSpan>& words) {
  const Value& value = spans.array()[index];
  Span span{index, value.at("start").integer(), value.at("end").integer()};
  if (span.start < 0 || span.start >= span.end) value.refuse(name_of(span) + " is empty or negative");
  if (span.end > text.count())
    value.refuse(name_of(span) + " ends beyond the text of " + std::to_string(text.count()) + " characters" +
                 (span.end <= text.bytes() ? "; offsets count characters, and these may count bytes" : ""));
  const CharSpan trimmed = text.trimmed(span.start, span.end);
  if (trimmed.begin == trimmed.end) value.refuse(name_of(span) + " holds only white space; remove it");
  span.moved = covered_words(trimmed, words);
  return span;
}

bool has_word(const Span& span) { return span.moved.end > span.moved.begin; }

void refuse_overlap(const Value& spans, const Span& before, const Span& after) {
  if (after.start < before.end)
    spans.array()[after.index].refuse("the spans " + std::to_string(before.start) + ".." +
                                      std::to_string(before.end) + " and " + std::to_string(after.start) +
                                      ".." + std::to_string(after.end) + " overlap");
}

/// A word that two of the spans, which are in order, would cover is left to the first.
void share_words(std::vector<Span>& spans, const std::vector<CharSpan>& words) {
  std::int32_t end = 0;
  for (Span& span : spans) {
    if (!has_word(span)) continue;
    if (span.moved.begin < end) {
      const CharSpan rest{end, span.moved.end};
      span.moved = rest.begin < rest.end ? covered_words(rest, words) : CharSpan{};
      span.taken = !has_word(span);
    }
    if (has_word(span)) end = span.moved.end;
  }
}

}  // namespace

TextReader::TextReader(const Tokenizer& tokenizer, std::int64_t max_tokens, std::string prompt)
    : tokenizer_(tokenizer),
      max_tokens_(max_tokens),
      prompt_(std::move(prompt)),
      prompt_characters_(static_cast<std::int32_t>(count_code_points(prompt_))) {}

CharSpan TextReader::behind_prompt(CharSpan chars) const {
  return {std::max(0, chars.begin - prompt_characters_), std::max(0, chars.end - prompt_characters_)};
}

std::vector<CharSpan> TextReader::words_of(const Tokens& tokens, int text) const {
  const bool prompted = text == 0 && !prompt_.empty();
  std::vector<CharSpan> words;
  for (std::size_t t = 0; t < tokens.ids.size(); ++t) {
    if (tokens.text_of(t) != text) continue;
    const CharSpan chars = text == 0 ? behind_prompt(tokens.chars[t]) : tokens.chars[t];
    if (prompted && chars.end == 0) continue;
    if (tokens.first_subword[t] || (words.empty() && prompted))
      words.push_back(chars);
    else if (!words.empty())
      words.back().end = chars.end;
  }
  return words;
}

std::int32_t TextReader::end_of(const Tokens& tokens, int text) const {
  std::int32_t end = 0;
  for (std::size_t t = 0; t < tokens.ids.size(); ++t)
    if (tokens.text_of(t) == text)
      end = std::max(end, text == 0 ? behind_prompt(tokens.chars[t]).end : tokens.chars[t].end);
  return end;
}

ReadText TextReader::read(const std::string& text) const {
  Tokens tokens;
  tokenizer_.encode(prompt_ + text, 0, tokens);
  ReadText result{words_of(tokens, 0), static_cast<std::int64_t>(tokens.ids.size()),
                  static_cast<std::int32_t>(count_code_points(text))};
  if (max_tokens_ == 0 || result.tokens <= max_tokens_) return result;
  tokenizer_.encode(prompt_ + text, max_tokens_, tokens);
  result.end = end_of(tokens, 0);
  return result;
}

ReadExample TextReader::read(const std::string& text, const std::string* second_text) const {
  if (!second_text) return {text, nullptr, read(text), {}};
  Tokens tokens;
  tokenizer_.encode_pair(prompt_ + text, *second_text, 0, tokens);
  const auto length = static_cast<std::int64_t>(tokens.ids.size());
  ReadExample result{
      text,
      second_text,
      {words_of(tokens, 0), length, static_cast<std::int32_t>(count_code_points(text))},
      {words_of(tokens, 1), length, static_cast<std::int32_t>(count_code_points(*second_text))}};
  if (max_tokens_ == 0 || length <= max_tokens_) return result;
  tokenizer_.encode_pair(prompt_ + text, *second_text, max_tokens_, tokens);
  result.first.end = end_of(tokens, 0);
  result.second.end = end_of(tokens, 1);
  return result;
}

bool is_span_list(const Value& label) {
  if (!label.is(Value::Kind::array)) return false;
  return std::all_of(label.array().begin(), label.array().end(), [](const Value& span) {
    if (!span.is(Value::Kind::table)) return false;
    const Value *start = span.find("start"), *end = span.find("end");
    return start && end && start->is(Value::Kind::integer) && end->is(Value::Kind::integer);
  });
}

namespace {

WholeWordSpans spans_of_text(const Value& spans, const std::string& text,
                             const std::vector<CharSpan>& words) {
  WholeWordSpans result{spans, static_cast<std::int64_t>(spans.array().size()), {}};
  if (result.count == 0) return result;
  const Characters characters(text);
  std::vector<Span> read;
  for (std::size_t i = 0; i < spans.array().size(); ++i)
    read.push_back(read_span(spans, i, characters, words));
  std::stable_sort(read.begin(), read.end(), [](const Span& a, const Span& b) { return a.start < b.start; });
  for (std::size_t i = 1; i < read.size(); ++i) refuse_overlap(spans, read[i - 1], read[i]);
  share_words(read, words);
  std::vector<std::size_t> left_out;
  for (const Span& span : read) {
    if (span.taken) {
      const Value& value = result.spans.array()[span.index];
      result.moved.push_back(short_place(value) + ": " + characters.shown(span.start, span.end) +
                             " is part of a word of the previous span and is dropped");
      left_out.push_back(span.index);
      continue;
    }
    if (span.start == span.moved.begin && span.end == span.moved.end) continue;
    Value& value = result.spans.array()[span.index];
    const std::string where = short_place(value) + ": " + characters.shown(span.start, span.end);
    if (!has_word(span)) {
      result.moved.push_back(where + " holds no word of the tokenizer and cannot be found");
      continue;
    }
    result.moved.push_back(where + " becomes " + characters.shown(span.moved.begin, span.moved.end));
    value.set("start", std::int64_t{span.moved.begin});
    value.set("end", std::int64_t{span.moved.end});
  }
  std::sort(left_out.rbegin(), left_out.rend());
  for (const std::size_t index : left_out) {
    Value::Array& kept = result.spans.array();
    kept.erase(kept.begin() + static_cast<std::ptrdiff_t>(index));
  }
  return result;
}

}  // namespace

WholeWordSpans whole_word_spans(const Value& spans, const ReadExample& example) {
  const Value::Array& all = spans.array();
  const auto in_second = std::find_if(all.begin(), all.end(), in_second_text);
  if (in_second == all.end()) return spans_of_text(spans, example.text, example.first.words);
  if (!example.second_text)
    in_second->refuse(
        "a span is in \"text_pair\", and the task reads the first text alone; write pair = \"joint\" in the "
        "task's table");
  Value of_first = spans, of_second = spans;
  std::erase_if(of_first.array(), in_second_text);
  std::erase_if(of_second.array(), [](const Value& span) { return !in_second_text(span); });
  WholeWordSpans result = spans_of_text(of_first, example.text, example.first.words);
  WholeWordSpans more = spans_of_text(of_second, *example.second_text, example.second.words);
  result.count += more.count;
  for (Value& span : more.spans.array()) result.spans.array().push_back(std::move(span));
  for (std::string& line : more.moved) result.moved.push_back(std::move(line));
  return result;
}

std::int64_t spans_beyond(const Value& spans, const ReadExample& example) {
  return std::count_if(spans.array().begin(), spans.array().end(), [&](const Value& span) {
    return span.at("end").integer() > (in_second_text(span) ? example.second : example.first).end;
  });
}

}  // namespace mtt

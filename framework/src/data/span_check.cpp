#include "data/span_check.h"

#include <algorithm>

#include "data/label_check.h"
#include "mtt/error.h"
#include "text/utf8.h"

namespace mtt {
namespace {

constexpr std::size_t kMostNamed = 5;

std::vector<CharSpan> words_of(const Tokens& tokens) {
  std::vector<CharSpan> words;
  for (std::size_t t = 0; t < tokens.ids.size(); ++t) {
    if (tokens.first_subword[t])
      words.push_back(tokens.chars[t]);
    else if (!tokens.special[t] && !words.empty())
      words.back().end = tokens.chars[t].end;
  }
  return words;
}

struct Span {
  std::int64_t start, end;
  const Value* value;
};

std::vector<Span> read_spans(const Value& spans, std::int64_t characters) {
  std::vector<Span> result;
  for (const Value& span : spans.array()) {
    const Span read{span.at("start").integer(), span.at("end").integer(), &span};
    const std::string name = "the span " + std::to_string(read.start) + ".." + std::to_string(read.end);
    if (read.start < 0 || read.start >= read.end) span.refuse(name + " is empty or negative");
    if (read.end > characters)
      span.refuse(name + " ends beyond the text of " + std::to_string(characters) + " characters");
    if (span.at("label").string().empty()) span.refuse(name + " has an empty label");
    result.push_back(read);
  }
  std::sort(result.begin(), result.end(), [](const Span& a, const Span& b) { return a.start < b.start; });
  for (std::size_t i = 1; i < result.size(); ++i)
    if (result[i].start < result[i - 1].end)
      spans.refuse("the spans that begin at " + std::to_string(result[i - 1].start) + " and " +
                   std::to_string(result[i].start) + " overlap");
  return result;
}

std::string slice(const std::string& utf8, std::int64_t start, std::int64_t end) {
  const char* p = utf8.data();
  for (std::int64_t i = 0; i < start; ++i) read_code_point(p);
  const char* const begin = p;
  for (std::int64_t i = start; i < end; ++i) read_code_point(p);
  return std::string(begin, p);
}

std::string shown(const std::string& text, std::int64_t start, std::int64_t end) {
  return std::to_string(start) + ".." + std::to_string(end) + " " + Value(slice(text, start, end)).json();
}

}  // namespace

void check_spans(const Value& spans, std::int64_t characters) { read_spans(spans, characters); }

void SpanReport::add(const Value& array, const std::string& text, const Tokenizer& tokenizer) {
  std::vector<Span> read;
  try {
    read = read_spans(array, static_cast<std::int64_t>(count_code_points(text)));
  } catch (const Error& error) {
    ++wrong;
    if (wrong_first.size() < kMostNamed) wrong_first.push_back(error.what());
    return;
  }
  spans += static_cast<std::int64_t>(read.size());
  if (read.empty()) return;
  Tokens tokens;
  tokenizer.encode(text, 0, tokens);
  const std::vector<CharSpan> words = words_of(tokens);
  for (const Span& span : read) {
    std::int64_t start = -1, end = -1;
    for (const CharSpan& word : words) {
      if (word.begin >= span.end || word.end <= span.start) continue;
      if (start < 0) start = word.begin;
      end = word.end;
    }
    if (start == span.start && end == span.end) continue;
    ++misaligned;
    if (misaligned_first.size() == kMostNamed) continue;
    misaligned_first.push_back(
        short_place(*span.value) + ": " + shown(text, span.start, span.end) +
        (start < 0 ? " holds no word and is lost" : " becomes " + shown(text, start, end)));
  }
}

}  // namespace mtt

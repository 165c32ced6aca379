#include "data/span_check.h"

#include <utility>

#include "mtt/error.h"

namespace mtt {
namespace {

constexpr std::size_t kMostSpansNamed = 5;

}  // namespace

std::string moved_hint(std::int64_t moved, std::int64_t spans) {
  if (2 * moved <= spans) return "";
  return "Most spans of the file are not at word boundaries, so its offsets may be wrong. Check that start "
         "and "
         "end count characters (Unicode code points, not bytes) from 0, and that end is behind the last "
         "character";
}

void SpanReport::add(Value& array, const std::string& text, const std::string* second_text,
                     const TextReader& reader) {
  const ReadExample example = reader.read(text, second_text);
  WholeWordSpans result;
  try {
    result = whole_word_spans(array, example);
    for (const Value& span : array.array())
      if (span.at("label").string().empty()) span.refuse("a span has an empty label");
  } catch (const Error& error) {
    ++wrong;
    if (wrong_first.size() < kMostSpansNamed) wrong_first.emplace_back(error.what());
    return;
  }
  spans += result.count;
  moved += static_cast<std::int64_t>(result.moved.size());
  beyond += spans_beyond(result.spans, example);
  for (std::string& line : result.moved)
    if (moved_first.size() < kMostSpansNamed) moved_first.push_back(std::move(line));
  array = std::move(result.spans);
}

void SpanReport::add(const SpanReport& other) {
  spans += other.spans;
  wrong += other.wrong;
  moved += other.moved;
  beyond += other.beyond;
  const auto append = [](std::vector<std::string>& first, const std::vector<std::string>& more) {
    for (const std::string& line : more)
      if (first.size() < kMostSpansNamed) first.push_back(line);
  };
  append(wrong_first, other.wrong_first);
  append(moved_first, other.moved_first);
}

}  // namespace mtt

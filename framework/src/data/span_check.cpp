#include "data/span_check.h"

#include <utility>

#include "mtt/error.h"

namespace mtt {
namespace {

constexpr std::size_t kMostSpansNamed = 5;

}  // namespace

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

}  // namespace mtt

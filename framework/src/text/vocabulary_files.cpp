#include "text/vocabulary_files.h"

#include <unordered_set>

#include "mtt/error.h"
#include "text/unicode.h"
#include "value/utf8.h"

namespace mtt {
namespace {

constexpr std::size_t kMostLines = 1u << 22;

/// Calls line(text, number) for every line, numbers from 1 on.
template <class Line>
void for_each_line(std::string_view text, const std::string& source, const Line& line) {
  if (find_invalid_utf8(text) != std::string_view::npos) throw Error(source + " is not valid UTF-8");
  for (std::size_t number = 1; !text.empty(); ++number) {
    if (number > kMostLines) throw Error(source + " has more than " + std::to_string(kMostLines) + " lines");
    const std::size_t end = std::min(text.find('\n'), text.size());
    line(text.substr(0, end), static_cast<std::int32_t>(number));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

std::string_view without_spaces_at_end(std::string_view text) {
  while (!text.empty()) {
    std::size_t last = text.size() - 1;
    while (last > 0 && (text[last] & 0xC0) == 0x80) --last;
    const char* p = text.data() + last;
    if ((unicode::properties(read_code_point(p)).flags & unicode::kSpace) == 0) break;
    text = text.substr(0, last);
  }
  return text;
}

}  // namespace

Value word_piece_model(std::string_view vocabulary, const std::string& source) {
  Value::Table tokens;
  std::unordered_set<std::string_view> seen;
  std::int32_t last_empty = -1;
  for_each_line(vocabulary, source, [&](std::string_view line, std::int32_t number) {
    const std::string_view token = without_spaces_at_end(line);
    if (token.empty()) {
      last_empty = number - 1;
      return;
    }
    if (!seen.insert(token).second)
      throw Error(source + ":" + std::to_string(number) + ":1: the token " +
                  Value(std::string(token)).json() + " occurs twice");
    tokens.push_back({std::string(token), number - 1});
  });
  if (last_empty >= 0) tokens.push_back({"", last_empty});
  const auto name = std::make_shared<const std::string>(source);
  return Value::Table{{"type", "WordPiece"}, {"vocab", Value(std::move(tokens)).placed({name, 0, 0})}};
}

Value byte_pair_model(Value vocabulary, std::string_view merges, const std::string& source) {
  const auto name = std::make_shared<const std::string>(source);
  Value::Array pairs;
  for_each_line(merges, source, [&](std::string_view merge, std::int32_t number) {
    if (merge.ends_with('\r')) merge.remove_suffix(1);
    if (!merge.empty() && !merge.starts_with("#version"))
      pairs.push_back(Value(std::string(merge)).placed({name, number, 1}));
  });
  return Value::Table{{"type", "BPE"}, {"vocab", std::move(vocabulary)}, {"merges", std::move(pairs)}};
}

}  // namespace mtt

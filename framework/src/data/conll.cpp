#include "data/conll.h"

#include <algorithm>
#include <memory>
#include <optional>

#include "data/file_text.h"
#include "data/text_lines.h"
#include "mtt/error.h"

namespace mtt {
namespace {

constexpr std::string_view kDocument = "-DOCSTART-";
constexpr std::string_view kBlanks = " \t";

struct Line {
  std::string_view text;  // without blanks at its end
  Place place;
};

struct Layout {
  char separator;
  std::size_t columns;
};

struct TokenLine {
  std::string_view token, tag;
  std::size_t columns = 1;
  std::size_t tag_at = 0;
};

std::string_view without_end_blanks(std::string_view text) {
  return text.substr(0, text.find_last_not_of(kBlanks) + 1);
}

TokenLine columns_of(std::string_view line, char separator) {
  TokenLine result;
  result.token = line.substr(0, line.find(separator));
  result.tag_at = line.rfind(separator) + 1;
  result.tag = line.substr(result.tag_at);
  for (std::size_t i = 0; i + 1 < line.size(); ++i)
    result.columns += line[i] == separator && (separator == '\t' || line[i + 1] != separator);
  return result;
}

std::optional<Layout> layout_of(const std::vector<Line>& lines) {
  for (const Line& line : lines) {
    if (line.text.empty() || line.text.starts_with(kDocument) || line.text.front() == '#') continue;
    const char separator = line.text.find('\t') == std::string_view::npos ? ' ' : '\t';
    return Layout{separator, columns_of(line.text, separator).columns};
  }
  return std::nullopt;
}

bool is_comment(std::string_view line, const Layout& layout) {
  if (line.front() != '#') return false;
  if (layout.separator == '\t') return line.find('\t') == std::string_view::npos;
  const TokenLine columns = columns_of(line, ' ');
  return columns.columns != layout.columns || !is_span_tag(columns.tag);
}

class SentenceReader {
 public:
  explicit SentenceReader(Layout layout) : layout_(layout) {}

  void token(const Line& line) {
    const TokenLine columns = columns_of(line.text, layout_.separator);
    check(columns, line);
    if (!sentence_) sentence_.emplace(line.place);
    Place place = line.place;
    place.column = static_cast<std::int32_t>(columns.tag_at) + 1;
    sentence_->add(columns.token, columns.tag, std::move(place));
  }

  void end_sentence() {
    if (sentence_) sentences_.push_back(std::move(*sentence_).sentence());
    sentence_.reset();
  }

  std::vector<TaggedSentence> sentences() && { return std::move(sentences_); }

 private:
  void check(const TokenLine& columns, const Line& line) const {
    const std::string separator = layout_.separator == '\t' ? "tabs" : "spaces";
    if (columns.columns < 2 || columns.columns != layout_.columns) {
      throw Error(line.place.prefix() + "found " + std::to_string(columns.columns) +
                  (columns.columns == 1 ? " column" : " columns") + ", expected " +
                  (layout_.columns < 2 ? "two" : std::to_string(layout_.columns)) + " separated by " +
                  separator + ", the token first and its tag last; a blank line ends a sentence");
    }
    if (columns.token.find_first_not_of(kBlanks) == std::string_view::npos)
      throw Error(line.place.prefix() + "the token is empty; a line has a token and its tag");
  }

  Layout layout_;
  std::vector<TaggedSentence> sentences_;
  std::optional<TaggedSentenceBuilder> sentence_;
};

}  // namespace

std::vector<TaggedSentence> parse_conll(std::string_view bytes, const std::string& source) {
  check_file_text(bytes, source);
  const std::vector<std::string> texts = split_lines(bytes, source);
  const auto name = std::make_shared<const std::string>(source);
  std::vector<Line> lines;
  lines.reserve(texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i)
    lines.push_back({without_end_blanks(texts[i]), {name, static_cast<std::int32_t>(i + 1), 1}});
  const std::optional<Layout> layout = layout_of(lines);
  if (!layout) return {};
  SentenceReader reader(*layout);
  for (const Line& line : lines) {
    if (line.text.empty() || line.text.starts_with(kDocument))
      reader.end_sentence();
    else if (!is_comment(line.text, *layout))
      reader.token(line);
  }
  reader.end_sentence();
  return std::move(reader).sentences();
}

}  // namespace mtt

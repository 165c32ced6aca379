#include "data/conll.h"

#include <algorithm>
#include <memory>
#include <optional>

#include "data/file_text.h"
#include "data/text_lines.h"
#include "mtt/error.h"
#include "text/utf8.h"

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

bool is_tag(std::string_view tag) {
  return tag == "O" ||
         (tag.size() > 2 && tag[1] == '-' && std::string_view("BIES").find(tag[0]) != std::string_view::npos);
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
  return columns.columns != layout.columns || !is_tag(columns.tag);
}

class SentenceReader {
 public:
  explicit SentenceReader(Layout layout) : layout_(layout) {}

  void token(const Line& line) {
    const TokenLine columns = columns_of(line.text, layout_.separator);
    check(columns, line);
    if (sentence_) {
      sentence_->text += ' ';
      ++characters_;
    } else {
      sentence_ = TaggedSentence{{}, Value(Value::Array{}).placed(line.place)};
      characters_ = 0;
    }
    const std::int64_t begin = characters_;
    sentence_->text += columns.token;
    characters_ += static_cast<std::int64_t>(count_code_points(columns.token));
    Place place = line.place;
    place.column = static_cast<std::int32_t>(columns.tag_at) + 1;
    tag(columns.tag, begin, std::move(place));
  }

  void end_sentence() {
    end_span();
    if (sentence_) sentences_.push_back(std::move(*sentence_));
    sentence_.reset();
  }

  std::vector<TaggedSentence> sentences() && { return std::move(sentences_); }

 private:
  void check(const TokenLine& columns, const Line& line) const {
    const std::string separator = layout_.separator == '\t' ? "tabs" : "spaces";
    if (columns.columns < 2 || columns.columns != layout_.columns) {
      throw Error(line.place.prefix() + "found " + std::to_string(columns.columns) +
                  (columns.columns == 1 ? " column" : " columns") + ", expected " +
                  (layout_.columns < 2 ? "two" : std::to_string(layout_.columns)) + " with " + separator +
                  " between them, a token first and its tag last; a blank line ends a sentence");
    }
    if (columns.token.find_first_not_of(kBlanks) == std::string_view::npos)
      throw Error(line.place.prefix() + "the token is empty; a line is a token and its tag");
  }

  void tag(std::string_view tag, std::int64_t begin, Place place) {
    if (tag == "O") return end_span();
    if (!is_tag(tag)) {
      const std::string found = "found the tag " + Value(std::string(tag)).json();
      const bool no_label = tag.size() == 2 && tag[1] == '-';
      throw Error(place.prefix() + found +
                  (no_label ? ", which names no label; write for example B-person"
                            : ", expected O, or B-, I-, E- or S- and a label, for example B-person"));
    }
    const char kind = tag[0];
    const std::string_view label = tag.substr(2);
    const bool goes_on = open_ && label == open_label_;
    if (kind == 'E' && !goes_on) {
      throw Error(place.prefix() + "found the tag " + Value(std::string(tag)).json() +
                  ", which ends a span, but none of its label is open; write S- for a single token, or B- "
                  "where the span begins");
    }
    if (kind == 'B' || kind == 'S' || !goes_on) {
      end_span();
      open_ = true;
      open_label_ = label;
      open_begin_ = begin;
      open_place_ = std::move(place);
    }
    open_end_ = characters_;
    if (kind == 'E' || kind == 'S') end_span();
  }

  void end_span() {
    if (!open_) return;
    open_ = false;
    sentence_->spans.array().push_back(
        Value(Value::Table{{"start", open_begin_}, {"end", open_end_}, {"label", open_label_}})
            .placed(std::move(open_place_)));
  }

  Layout layout_;
  std::vector<TaggedSentence> sentences_;
  std::optional<TaggedSentence> sentence_;
  std::int64_t characters_ = 0;
  bool open_ = false;
  std::string open_label_;
  std::int64_t open_begin_ = 0, open_end_ = 0;
  Place open_place_;
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

#include "data/csv.h"

#include <algorithm>
#include <memory>

#include "data/file_text.h"
#include "mtt/error.h"

namespace mtt {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::string counted(std::size_t count) { return std::to_string(count) + (count == 1 ? " cell" : " cells"); }

class CsvReader {
 public:
  CsvReader(std::string_view bytes, char delimiter, const std::string& source)
      : bytes_(bytes), delimiter_(delimiter), source_(std::make_shared<const std::string>(source)) {}

  bool done() const { return at_ == bytes_.size(); }
  Place place() const { return {source_, line_, static_cast<std::int32_t>(at_ - line_start_) + 1}; }

  /// String cells with their places.
  std::vector<Value> record() {
    std::vector<Value> cells;
    do {
      Place place = this->place();
      cells.push_back(Value(next_is('"') ? quoted() : bare()).placed(std::move(place)));
    } while (accept(delimiter_));
    end_line();
    return cells;
  }

 private:
  [[noreturn]] static void fail(const Place& place, const std::string& what) {
    throw Error(place.prefix() + what);
  }

  bool next_is(char c) const { return !done() && bytes_[at_] == c; }

  bool accept(char c) {
    const bool there = next_is(c);
    at_ += there;
    return there;
  }

  void begin_line() {
    ++line_;
    line_start_ = at_;
  }

  std::string bare() {
    const char stops[] = {delimiter_, '\n', '\r'};
    const std::size_t begin = at_;
    at_ = std::min(bytes_.find_first_of(std::string_view(stops, sizeof stops), begin), bytes_.size());
    return std::string(bytes_.substr(begin, at_ - begin));
  }

  std::string quoted() {
    const Place open = place();
    ++at_;
    std::string text;
    while (true) {
      if (done())
        fail(open, "the quote that opens here is never closed; close it, or double it if it is text");
      const char c = bytes_[at_++];
      if (c == '\n') begin_line();
      if (c == '"' && !accept('"')) break;
      text += c;
    }
    if (!done() && !next_is(delimiter_) && !next_is('\n') && !next_is('\r')) {
      fail(place(),
           "found text behind a closing quote, expected the end of the cell; quote the whole cell and write "
           "a quote within it twice");
    }
    return text;
  }

  void end_line() {
    if (done()) return;
    const Place here = place();
    accept('\r');
    if (!accept('\n'))
      fail(here, "found a carriage return without a line feed; save the file with LF or CRLF line ends");
    begin_line();
  }

  std::string_view bytes_;
  char delimiter_;
  std::shared_ptr<const std::string> source_;
  std::size_t at_ = 0, line_start_ = 0;
  std::int32_t line_ = 1;
};

void check_header(const std::vector<Value>& header) {
  for (std::size_t i = 1; i < header.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (header[i].string() == header[j].string())
        header[i].refuse("the column " + header[i].json() + " is there twice; name each column once");
}

void check_width(std::size_t cells, std::size_t columns, const Value& first, const Place& place) {
  if (cells == columns) return;
  const bool blank = cells == 1 && first.string().empty();
  throw Error(place.prefix() +
              (blank ? "the line is blank, expected " + counted(columns) + "; delete it"
                     : "found " + counted(cells) + ", expected " + std::to_string(columns) +
                           " as in the header; quote cells that hold a delimiter or a line break"));
}

}  // namespace

std::vector<Value> parse_csv(std::string_view bytes, char delimiter, const std::string& source) {
  check_file_text(bytes, source);
  if (bytes.starts_with(kByteOrderMark)) bytes.remove_prefix(kByteOrderMark.size());
  CsvReader reader(bytes, delimiter, source);
  if (reader.done())
    throw Error(source + ":1: the file is empty, expected a header line with the names of the columns");
  const std::vector<Value> header = reader.record();
  check_header(header);
  std::vector<Value> rows;
  while (!reader.done()) {
    Place place = reader.place();
    std::vector<Value> cells = reader.record();
    check_width(cells.size(), header.size(), cells.front(), place);
    Value::Table row;
    row.reserve(cells.size());
    for (std::size_t i = 0; i < cells.size(); ++i) row.push_back({header[i].string(), std::move(cells[i])});
    rows.push_back(Value(std::move(row)).placed(std::move(place)));
  }
  return rows;
}

}  // namespace mtt

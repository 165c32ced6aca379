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
  /// Whether nothing is left but blank lines.
  bool rest_is_blank() const { return bytes_.find_first_not_of("\r\n", at_) == std::string_view::npos; }
  Place place() const { return {source_, line_, static_cast<std::int32_t>(at_ - line_start_) + 1}; }

  /// String cells with their places.
  std::vector<Value> record() {
    std::vector<Value> cells;
    over_lines_ = {};
    do {
      Place place = this->place();
      cells.push_back(Value(next_is('"') ? quoted() : bare()).placed(std::move(place)));
    } while (accept(delimiter_));
    end_line();
    return cells;
  }

  /// Where the last quoted cell of the record over several lines begins; without a source: there is none.
  const Place& over_lines() const { return over_lines_; }

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
    if (line_ > open.line) over_lines_ = open;
    if (!done() && !next_is(delimiter_) && !next_is('\n') && !next_is('\r')) {
      fail(place(),
           "found text behind a closing quote, expected the end of the cell" +
               (line_ > open.line ? ", whose quote opens at line " + std::to_string(open.line) + ", column " +
                                        std::to_string(open.column) + "; close it there if it is one line, or"
                                  : ";") +
               " quote the whole cell and write a quote within it twice");
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
  Place over_lines_;
};

bool is_repeated(const std::vector<Value>& header, const Value& name) {
  return std::count_if(header.begin(), header.end(),
                       [&](const Value& other) { return other.string() == name.string(); }) > 1;
}

/// Whether each line of a cell but the first has as many delimiters as a record.
bool holds_records(std::string_view cell, char delimiter, std::size_t columns) {
  bool several = false;
  for (std::size_t end = cell.find('\n'); end != std::string_view::npos; several = true) {
    cell.remove_prefix(end + 1);
    end = cell.find('\n');
    const std::string_view line = cell.substr(0, end);
    if (std::count(line.begin(), line.end(), delimiter) + 1 != static_cast<std::ptrdiff_t>(columns))
      return false;
  }
  return several && columns > 1;
}

void check_width(std::size_t cells, std::size_t columns, const Value& first, const Place& place,
                 const Place& over_lines) {
  if (cells == columns) return;
  if (over_lines.source)
    throw Error(over_lines.prefix() +
                "the quoted cell that begins here goes on over several lines, and its " + "record has " +
                counted(cells) + ", expected " + std::to_string(columns) +
                " as in the header; close its quote, or double it if it is text");
  const bool blank = cells == 1 && first.string().empty();
  throw Error(place.prefix() +
              (blank ? "the line is blank, expected " + counted(columns) + "; delete it"
                     : "found " + counted(cells) + ", expected " + std::to_string(columns) +
                           " as in the header; quote cells that hold a delimiter or a line break"));
}

}  // namespace

CsvTable parse_csv(std::string_view bytes, char delimiter, const std::string& source) {
  check_file_text(bytes, source);
  if (bytes.starts_with(kByteOrderMark)) bytes.remove_prefix(kByteOrderMark.size());
  CsvReader reader(bytes, delimiter, source);
  if (reader.done())
    throw Error(source + ":1: the file is empty, expected a header line with the names of the columns");
  const std::vector<Value> header = reader.record();
  CsvTable table;
  std::vector<bool> left_out;
  for (const Value& name : header) {
    left_out.push_back(is_repeated(header, name));
    if (left_out.back()) table.repeated.push_back(name);
  }
  while (!reader.rest_is_blank()) {
    Place place = reader.place();
    std::vector<Value> cells = reader.record();
    check_width(cells.size(), header.size(), cells.front(), place, reader.over_lines());
    Value::Table row;
    row.reserve(cells.size());
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (holds_records(cells[i].string(), delimiter, header.size()))
        table.many_lines.push_back(cells[i].place());
      if (!left_out[i]) row.push_back({header[i].string(), std::move(cells[i])});
    }
    table.rows.push_back(Value(std::move(row)).placed(std::move(place)));
  }
  return table;
}

std::string many_lines_text(const CsvTable& table) {
  const std::size_t more = table.many_lines.size() - 1;
  return "the quoted cell that begins here goes on over lines that look like rows of their own" +
         (more == 0 ? std::string() : ", as do " + std::to_string(more) + " others") +
         "; if a quote is missing, these rows are lost: close it, or double it if it is text";
}

}  // namespace mtt

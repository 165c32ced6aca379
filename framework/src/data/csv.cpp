#include "data/csv.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "data/file_text.h"
#include "io/line_reader.h"
#include "mtt/error.h"

namespace mtt {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::string counted(std::size_t count) { return std::to_string(count) + (count == 1 ? " cell" : " cells"); }

}  // namespace

class CsvRows::Reader {
 public:
  Reader(MoreLines more, char delimiter, const std::string& source)
      : more_(std::move(more)), delimiter_(delimiter), source_(std::make_shared<const std::string>(source)) {
    if (!done() && bytes_.starts_with(kByteOrderMark)) at_ = line_start_ = kByteOrderMark.size();
  }

  /// Whether nothing is left but blank lines.
  bool rest_is_blank() {
    while (bytes_.find_first_not_of("\r\n", at_) == std::string::npos)
      if (!more_(bytes_)) return true;
    return false;
  }

  bool done() { return at_ == bytes_.size() && !more_(bytes_); }
  Place place() const { return {source_, line_, static_cast<std::int32_t>(at_ - line_start_) + 1}; }

  /// String cells with their places.
  std::vector<Value> record() {
    bytes_.erase(0, at_);  // a record begins a line
    at_ = line_start_ = 0;
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

  bool next_is(char c) { return !done() && bytes_[at_] == c; }

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
    return bytes_.substr(begin, at_ - begin);
  }

  std::string quoted() {
    const Place open = place();
    ++at_;
    std::string text;
    while (true) {
      if (done())
        fail(open, "the quote that opens here is never closed; close it, or double it if it is text");
      const char c = bytes_[at_++];
      if (text.size() > kMostLineBytes)
        fail(open, "the cell has more than " + std::to_string(kMostLineBytes) +
                       " bytes, the maximum; close the quote that opens here");
      if (c == '\n') begin_line();
      if (c == '"' && !accept('"')) break;
      text += c;
    }
    if (line_ > open.line) over_lines_ = open;
    if (!done() && !next_is(delimiter_) && !next_is('\n') && !next_is('\r')) {
      fail(place(),
           "found text after a closing quote, expected the end of the cell" +
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
      fail(here, "found a carriage return without a line feed; save the file with LF or CRLF line endings");
    begin_line();
  }

  MoreLines more_;
  std::string bytes_;
  char delimiter_;
  std::shared_ptr<const std::string> source_;
  std::size_t at_ = 0, line_start_ = 0;
  std::int32_t line_ = 1;
  Place over_lines_;
};

namespace {

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

void check_width(std::size_t cells, const std::vector<Value>& header, char delimiter, const Value& first,
                 const Place& place, const Place& over_lines) {
  const std::size_t columns = header.size();
  if (cells == columns) return;
  if (over_lines.source)
    throw Error(over_lines.prefix() +
                "the quoted cell that begins here continues over several lines, and its " + "record has " +
                counted(cells) + ", expected " + std::to_string(columns) +
                " as in the header; close its quote, or double it if it is text");
  const bool blank = cells == 1 && first.string().empty();
  if (const std::string hint = separator_hint(header, delimiter); !hint.empty())
    throw Error(place.prefix() + "found " + counted(cells) + ", expected " + std::to_string(columns) +
                " as in the header" + hint);
  throw Error(place.prefix() +
              (blank ? "the line is blank, expected " + counted(columns) + "; delete it"
                     : "found " + counted(cells) + ", expected " + std::to_string(columns) +
                           " as in the header; quote cells that hold a delimiter or a line break"));
}

}  // namespace

CsvRows::CsvRows(MoreLines more, char delimiter, const std::string& source)
    : delimiter_(delimiter), reader_(std::make_unique<Reader>(std::move(more), delimiter, source)) {
  if (reader_->done())
    throw Error(source + ":1: the file is empty, expected a header line with the names of the columns");
  header_ = reader_->record();
  for (const Value& name : header_) {
    left_out_.push_back(is_repeated(header_, name));
    if (left_out_.back()) repeated_.push_back(name);
  }
}

CsvRows::~CsvRows() = default;
CsvRows::CsvRows(CsvRows&&) noexcept = default;

std::optional<Value> CsvRows::next() {
  if (reader_->rest_is_blank()) return std::nullopt;
  Place place = reader_->place();
  std::vector<Value> cells = reader_->record();
  check_width(cells.size(), header_, delimiter_, cells.front(), place, reader_->over_lines());
  Value::Table row;
  row.reserve(cells.size());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (holds_records(cells[i].string(), delimiter_, header_.size())) many_lines_.push_back(cells[i].place());
    if (!left_out_[i]) row.push_back({header_[i].string(), std::move(cells[i])});
  }
  return Value(std::move(row)).placed(std::move(place));
}

CsvTable parse_csv(std::string_view bytes, char delimiter, const std::string& source) {
  check_file_text(bytes, source);
  const auto more = [&bytes](std::string& buffer) {
    if (bytes.empty()) return false;
    const std::size_t end = std::min(bytes.find('\n'), bytes.size() - 1) + 1;
    buffer += bytes.substr(0, end);
    bytes.remove_prefix(end);
    return true;
  };
  CsvRows reader(more, delimiter, source);
  CsvTable table;
  while (std::optional<Value> row = reader.next()) table.rows.push_back(std::move(*row));
  table.header = reader.header();
  table.repeated = reader.repeated();
  table.many_lines = reader.many_lines();
  return table;
}

std::string separator_hint(const std::vector<Value>& header, char delimiter) {
  if (header.size() != 1) return "";
  for (const char other : {';', '\t', ',', '|'}) {
    if (other == delimiter || header.front().string().find(other) == std::string::npos) continue;
    return std::string("; columns are separated by ") +
           (delimiter == ',' ? "commas in .csv" : "tabs in .tsv") + ", here they seem to be by " +
           (other == '\t' ? "tabs" : "'" + std::string(1, other) + "'");
  }
  return "";
}

std::string many_lines_text(const CsvTable& table) {
  const std::size_t more = table.many_lines.size() - 1;
  return "the quoted cell that begins here continues over lines that look like rows of the table" +
         (more == 0 ? std::string() : ", as do " + std::to_string(more) + " others") +
         "; if a quote is missing, these rows are lost: close it, or double it if it is text";
}

}  // namespace mtt

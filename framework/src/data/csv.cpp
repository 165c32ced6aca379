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

  bool done() { return at_ == bytes_.size() && !more_(bytes_); }
  Place place() const { return {source_, line_, static_cast<std::int32_t>(at_ - line_start_) + 1}; }

  /// String cells with their places.
  std::vector<Value> record() {
    bytes_.erase(0, at_);  // a record begins a line
    at_ = line_start_ = 0;
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
                       " bytes, the most that is read; close the quote that opens here");
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

  MoreLines more_;
  std::string bytes_;
  char delimiter_;
  std::shared_ptr<const std::string> source_;
  std::size_t at_ = 0, line_start_ = 0;
  std::int32_t line_ = 1;
};

namespace {

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

CsvRows::CsvRows(MoreLines more, char delimiter, const std::string& source)
    : reader_(std::make_unique<Reader>(std::move(more), delimiter, source)) {
  if (reader_->done())
    throw Error(source + ":1: the file is empty, expected a header line with the names of the columns");
  header_ = reader_->record();
  check_header(header_);
}

CsvRows::~CsvRows() = default;
CsvRows::CsvRows(CsvRows&&) noexcept = default;

std::optional<Value> CsvRows::next() {
  if (reader_->done()) return std::nullopt;
  Place place = reader_->place();
  std::vector<Value> cells = reader_->record();
  check_width(cells.size(), header_.size(), cells.front(), place);
  Value::Table row;
  row.reserve(cells.size());
  for (std::size_t i = 0; i < cells.size(); ++i) row.push_back({header_[i].string(), std::move(cells[i])});
  return Value(std::move(row)).placed(std::move(place));
}

std::vector<Value> parse_csv(std::string_view bytes, char delimiter, const std::string& source) {
  check_file_text(bytes, source);
  const auto more = [&bytes](std::string& buffer) {
    const std::size_t end = std::min(bytes.find('\n'), bytes.size() - 1) + 1;
    if (bytes.empty()) return false;
    buffer += bytes.substr(0, end);
    bytes.remove_prefix(end);
    return true;
  };
  CsvRows table(more, delimiter, source);
  std::vector<Value> rows;
  while (std::optional<Value> row = table.next()) rows.push_back(std::move(*row));
  return rows;
}

}  // namespace mtt

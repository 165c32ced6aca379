// Comma- and tab-separated text.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mtt/value.h"

namespace mtt {

/// Appends the next lines, whole and with their ends, to a text; false where there are none.
using MoreLines = std::function<bool(std::string&)>;

/// One table a record behind the header, whose cells are the keys; every cell is a string, as it stands
/// there. Quoting is that of RFC 4180: a cell that begins with a quote ends with one, may hold delimiters and
/// line breaks, and writes a quote twice; a quote within a cell that does not begin with one is an ordinary
/// character. Lines end in LF or CRLF; a byte order mark, which spreadsheets write, and blank lines at the
/// end are passed over. Whatever else is found throws Error with source:line:column: no header, a record with
/// more or fewer cells than the header, a quote that is left open, text behind a closing quote, a lone CR.
class CsvRows {
 public:
  /// Reads the header.
  CsvRows(MoreLines more, char delimiter, const std::string& source);
  ~CsvRows();
  CsvRows(CsvRows&&) noexcept;

  /// The next row; none at the end.
  std::optional<Value> next();
  const std::vector<Value>& header() const { return header_; }
  /// Header cells whose name several columns have; rows lack these columns.
  const std::vector<Value>& repeated() const { return repeated_; }
  /// The quoted cells so far whose further lines look like records of their own.
  const std::vector<Place>& many_lines() const { return many_lines_; }

 private:
  class Reader;

  char delimiter_;
  std::unique_ptr<Reader> reader_;
  std::vector<Value> header_, repeated_;
  std::vector<bool> left_out_;
  std::vector<Place> many_lines_;
};

/// The records of a table of text.
struct CsvTable {
  std::vector<Value> header = {};
  std::vector<Value> rows;        ///< one table a record, whose keys are those of the header
  std::vector<Value> repeated;    ///< header cells whose name several columns have; rows lack these columns
  std::vector<Place> many_lines;  ///< quoted cells whose further lines look like records of their own
};

/// What to do where the columns of a table, whose header is given, are separated by another
/// character than the delimiter; "" where they may well be separated by it.
std::string separator_hint(const std::vector<Value>& header, char delimiter);

/// All rows of a file's bytes, which are checked to be text.
CsvTable parse_csv(std::string_view bytes, char delimiter, const std::string& source);

/// What may be wrong with the cells of many lines of a table that has some; the place of the first belongs
/// before it.
std::string many_lines_text(const CsvTable& table);

}  // namespace mtt

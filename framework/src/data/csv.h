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
/// character. Lines end in LF or CRLF; a byte order mark, which spreadsheets write, is passed over. Whatever
/// else is found throws Error with source:line:column: no header, a column that is there twice, a record with
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

 private:
  class Reader;

  std::unique_ptr<Reader> reader_;
  std::vector<Value> header_;
};

/// All rows of a file's bytes, which are checked to be text.
std::vector<Value> parse_csv(std::string_view bytes, char delimiter, const std::string& source);

}  // namespace mtt

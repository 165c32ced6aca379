// Comma- and tab-separated text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mtt/value.h"

namespace mtt {

/// The records of a table of text.
struct CsvTable {
  std::vector<Value> rows;        ///< one table a record, whose keys are those of the header
  std::vector<Value> repeated;    ///< header cells whose name several columns have; rows lack these columns
  std::vector<Place> many_lines;  ///< quoted cells whose further lines look like records of their own
};

/// Reads records behind the header; every cell is a string, as it stands there. Quoting is that of RFC 4180:
/// a cell that begins with a quote ends with one, may hold delimiters and line breaks, and writes a quote
/// twice; a quote within a cell that does not begin with one is an ordinary character. Lines end in LF or
/// CRLF; a byte order mark, which spreadsheets write, and blank lines at the end are passed over. Whatever
/// else is found throws Error with source:line:column: no header, a record with more or fewer cells than the
/// header, a quote that is left open, text behind a closing quote, a lone CR, bytes that are no text.
CsvTable parse_csv(std::string_view bytes, char delimiter, const std::string& source);

/// What may be wrong with the cells of many lines of a table that has some; the place of the first belongs
/// before it.
std::string many_lines_text(const CsvTable& table);

}  // namespace mtt

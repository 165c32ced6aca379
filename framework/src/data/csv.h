// Comma- and tab-separated text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mtt/value.h"

namespace mtt {

/// One table a record behind the header, whose cells are the keys; every cell is a string, as it stands
/// there. Quoting is that of RFC 4180: a cell that begins with a quote ends with one, may hold delimiters and
/// line breaks, and writes a quote twice; a quote within a cell that does not begin with one is an ordinary
/// character. Lines end in LF or CRLF; a byte order mark, which spreadsheets write, is passed over. Whatever
/// else is found throws Error with source:line:column: no header, a column that is there twice, a record with
/// more or fewer cells than the header, a quote that is left open, text behind a closing quote, a lone CR,
/// bytes that are no text.
std::vector<Value> parse_csv(std::string_view bytes, char delimiter, const std::string& source);

}  // namespace mtt

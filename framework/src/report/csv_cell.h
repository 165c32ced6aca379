// A cell of a table of comma-separated values.
#pragma once

#include <string>

namespace mtt {

/// A text as a cell: in quotes where it has a comma, a quote or a line break, or a space at an end, with each
/// quote in it written twice (RFC 4180).
std::string csv_cell(const std::string& text);

}  // namespace mtt

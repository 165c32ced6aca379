// Tables within HTML.
#pragma once

#include <string>
#include <vector>

namespace mtt {

/// Rows of cells; the first row names the columns.
using TableRows = std::vector<std::vector<std::string>>;

/// Whether every cell of a column is empty, "-", or a number with an optional interval.
bool is_number_column(const TableRows& rows, std::size_t column);

/// A table in a box that scrolls horizontally; the script of `html_page` makes it sortable. Columns of
/// numbers are aligned on the right. All cells are escaped. `label` names the table for screen readers.
std::string html_table(const TableRows& rows, const std::string& label);

}  // namespace mtt

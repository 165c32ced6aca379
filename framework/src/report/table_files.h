// Tables as CSV and LaTeX files.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "report/html_table.h"

namespace mtt {

/// A table with the name of its files, without extension.
struct NamedTable {
  std::string name;
  TableRows rows;
};

/// Comma-separated values (RFC 4180).
std::string table_csv(const TableRows& rows);

/// A tabular environment with the rules of the package booktabs; columns of numbers are aligned on the right.
/// Special characters of LaTeX are escaped.
std::string table_latex(const TableRows& rows);

/// Writes <name>.csv and <name>.tex of each table into a directory, which is created if it does not exist. In
/// names, all characters except ASCII letters, digits, '.', '_' and '-' become '_'; the second of two equal
/// names ends in "-2". Returns the number of tables.
std::size_t write_tables(const std::vector<NamedTable>& tables, const std::filesystem::path& directory);

}  // namespace mtt

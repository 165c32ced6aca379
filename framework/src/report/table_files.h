// Tables as files for documents and programs.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "report/html_table.h"

namespace mtt {

/// A table with the name of its files, without their ending.
struct NamedTable {
  std::string name;
  TableRows rows;
};

/// Comma-separated values (RFC 4180).
std::string table_csv(const TableRows& rows);

/// A tabular environment with the rules of the package booktabs, columns of numbers on the right. Characters
/// that LaTeX gives a meaning are escaped.
std::string table_latex(const TableRows& rows);

/// Writes <name>.csv and <name>.tex of each table into a directory, which it makes where there is none. In
/// names, everything but ASCII letters, digits, '.', '_' and '-' becomes '_'; the second of two equal names
/// has
/// "-2" behind it. Returns the number of tables.
std::size_t write_tables(const std::vector<NamedTable>& tables, const std::filesystem::path& directory);

}  // namespace mtt

// A part of a report.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "report/html_table.h"
#include "report/table_files.h"

namespace mtt {

/// Markup, and the tables in it.
struct ReportPart {
  std::string markup;
  std::vector<NamedTable> tables = {};

  /// Adds a table to both; a table with only a header is not added.
  void add_table(const std::string& name, const TableRows& rows) {
    if (rows.size() < 2) return;
    markup += html_table(rows, name);
    tables.push_back({name, rows});
  }
  void add(ReportPart other) {
    markup += other.markup;
    for (NamedTable& table : other.tables) tables.push_back(std::move(table));
  }
};

}  // namespace mtt

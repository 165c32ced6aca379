#include "data/csv.h"
#include "data/import/parsers.h"

namespace mtt {

void import_table(std::string_view bytes, char delimiter, const std::string& source, Imported& data) {
  CsvTable table = parse_csv(bytes, delimiter, source);
  for (const Value& column : table.repeated)
    column.refuse("the column " + column.json() + " occurs twice; name each column once");
  for (const Place& cell : table.many_lines)
    data.note("quoted cells over lines that look like rows of the table; a quote may be missing", cell);
  for (Value& row : table.rows) data.add("", std::move(row));
}

}  // namespace mtt

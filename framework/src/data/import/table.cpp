#include "data/csv.h"
#include "data/import/parsers.h"

namespace mtt {

void import_table(std::string_view bytes, char delimiter, const std::string& source, Imported& data) {
  for (Value& row : parse_csv(bytes, delimiter, source)) data.add("", std::move(row));
}

}  // namespace mtt

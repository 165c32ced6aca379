#include "report/confusion_csv.h"

#include <map>

#include "report/csv_cell.h"

namespace mtt {
std::string confusion_csv(const ClassReport& report) {
  std::map<std::pair<std::string, std::string>, std::int64_t> counts;
  for (const ClassPair& pair : report.pairs) counts[{pair.gold, pair.predicted}] = pair.count;
  std::string csv = "gold \\ predicted";
  for (const ClassScore& column : report.classes) csv += "," + csv_cell(column.label);
  csv += "\n";
  for (const ClassScore& row : report.classes) {
    csv += csv_cell(row.label);
    for (const ClassScore& column : report.classes) {
      const auto found = counts.find({row.label, column.label});
      csv += "," + std::to_string(found == counts.end() ? 0 : found->second);
    }
    csv += "\n";
  }
  return csv;
}

}  // namespace mtt

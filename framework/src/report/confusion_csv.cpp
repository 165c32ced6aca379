#include "report/confusion_csv.h"

#include <map>

namespace mtt {
namespace {

std::string cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos && !text.starts_with(' ') && !text.ends_with(' '))
    return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

}  // namespace

std::string confusion_csv(const ClassReport& report) {
  std::map<std::pair<std::string, std::string>, std::int64_t> counts;
  for (const ClassPair& pair : report.pairs) counts[{pair.gold, pair.predicted}] = pair.count;
  std::string csv = "gold \\ predicted";
  for (const ClassScore& column : report.classes) csv += "," + cell(column.label);
  csv += "\n";
  for (const ClassScore& row : report.classes) {
    csv += cell(row.label);
    for (const ClassScore& column : report.classes) {
      const auto found = counts.find({row.label, column.label});
      csv += "," + std::to_string(found == counts.end() ? 0 : found->second);
    }
    csv += "\n";
  }
  return csv;
}

}  // namespace mtt

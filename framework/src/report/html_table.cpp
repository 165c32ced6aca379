#include "report/html_table.h"

#include <cctype>

#include "report/html_text.h"

namespace mtt {
namespace {

bool begins_with_number(const std::string& cell) {
  std::size_t at = 0;
  for (const char* sign : {"~", "+", "-"})
    if (cell.compare(at, 1, sign) == 0) ++at;
  return at < cell.size() && std::isdigit(static_cast<unsigned char>(cell[at])) != 0 &&
         cell.find_first_not_of("0123456789.,eE~+- ±*()seds") == std::string::npos;
}

}  // namespace

bool is_number_column(const TableRows& rows, std::size_t column) {
  bool any = false;
  for (std::size_t r = 1; r < rows.size(); ++r) {
    if (column >= rows[r].size() || rows[r][column].empty() || rows[r][column] == "-") continue;
    if (!begins_with_number(rows[r][column])) return false;
    any = true;
  }
  return any;
}

std::string html_table(const TableRows& rows, const std::string& label) {
  std::string table = "<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"" + html_text(label) +
                      "\"><table class=\"sortable\">\n<thead><tr>";
  std::vector<bool> numbers;
  for (std::size_t c = 0; c < rows.front().size(); ++c) {
    numbers.push_back(is_number_column(rows, c));
    table += std::string("<th scope=\"col\"") + (numbers[c] ? " class=\"number\"" : "") + ">" +
             html_text(rows[0][c]) + "</th>";
  }
  table += "</tr></thead>\n<tbody>\n";
  for (std::size_t r = 1; r < rows.size(); ++r) {
    table += "<tr>";
    for (std::size_t c = 0; c < rows[r].size(); ++c)
      table += std::string(c < numbers.size() && numbers[c] ? "<td class=\"number\">" : "<td>") +
               html_text(rows[r][c]) + "</td>";
    table += "</tr>\n";
  }
  return table + "</tbody></table></div>\n";
}

}  // namespace mtt

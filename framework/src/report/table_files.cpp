#include "report/table_files.h"

#include <map>
#include <set>
#include <string_view>

#include "io/file.h"
#include "io/terminal_text.h"
#include "report/csv_cell.h"

namespace mtt {
namespace {

constexpr std::size_t kMostFileName = 120;

std::string latex_text(const std::string& text) {
  static const std::map<std::string_view, std::string_view> kEscapes = {{"\\", "\\textbackslash{}"},
                                                                        {"&", "\\&"},
                                                                        {"%", "\\%"},
                                                                        {"$", "\\$"},
                                                                        {"#", "\\#"},
                                                                        {"_", "\\_"},
                                                                        {"{", "\\{"},
                                                                        {"}", "\\}"},
                                                                        {"~", "\\textasciitilde{}"},
                                                                        {"^", "\\textasciicircum{}"},
                                                                        {"<", "\\textless{}"},
                                                                        {">", "\\textgreater{}"},
                                                                        {"|", "\\textbar{}"},
                                                                        {"±", "$\\pm$"},
                                                                        {"Δ", "$\\Delta$"},
                                                                        {"−", "$-$"}};
  const std::string shown = printable(text);
  std::string result;
  for (std::size_t at = 0; at < shown.size();) {
    std::size_t end = at + 1;
    while (end < shown.size() && (static_cast<unsigned char>(shown[end]) & 0xc0) == 0x80) ++end;
    const std::string_view character = std::string_view(shown).substr(at, end - at);
    const auto escape = kEscapes.find(character);
    result += escape == kEscapes.end() ? character : escape->second;
    at = end;
  }
  // Behind the end of a row, both would be read as its options.
  if (result.starts_with('[') || result.starts_with('*'))
    result = "{" + result.substr(0, 1) + "}" + result.substr(1);
  return result;
}

std::string latex_row(const std::vector<std::string>& cells, std::size_t columns) {
  std::string row;
  for (std::size_t c = 0; c < columns; ++c)
    row += (c == 0 ? "" : " & ") + (c < cells.size() ? latex_text(cells[c]) : "");
  return row + " \\\\\n";
}

std::string safe_file_name(const std::string& name) {
  std::string safe;
  for (const char c : name.substr(0, kMostFileName)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '.' || c == '_' || c == '-';
    safe += plain ? c : '_';
  }
  return safe.empty() || safe.front() == '.' ? "_" + safe : safe;
}

}  // namespace

std::string table_csv(const TableRows& rows) {
  std::string text;
  for (const std::vector<std::string>& row : rows) {
    for (std::size_t c = 0; c < row.size(); ++c) text += (c == 0 ? "" : ",") + csv_cell(row[c]);
    text += "\n";
  }
  return text;
}

std::string table_latex(const TableRows& rows) {
  const std::size_t columns = rows.front().size();
  std::string text = "% \\usepackage{booktabs}\n\\begin{tabular}{";
  for (std::size_t c = 0; c < columns; ++c) text += is_number_column(rows, c) ? 'r' : 'l';
  text += "}\n\\toprule\n" + latex_row(rows[0], columns) + "\\midrule\n";
  for (std::size_t r = 1; r < rows.size(); ++r) text += latex_row(rows[r], columns);
  return text + "\\bottomrule\n\\end{tabular}\n";
}

std::size_t write_tables(const std::vector<NamedTable>& tables, const std::filesystem::path& directory) {
  std::filesystem::create_directories(directory);
  std::set<std::string> taken;
  for (const NamedTable& table : tables) {
    const std::string first = safe_file_name(table.name);
    std::string name = first;
    for (int number = 2; !taken.insert(name).second; ++number) name = first + "-" + std::to_string(number);
    write_file_atomically(directory / (name + ".csv"), table_csv(table.rows));
    write_file_atomically(directory / (name + ".tex"), table_latex(table.rows));
  }
  return tables.size();
}

}  // namespace mtt

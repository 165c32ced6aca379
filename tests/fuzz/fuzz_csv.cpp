#include <string>

#include "data/csv.h"
#include "mtt/error.h"

namespace {

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) result += c == '"' ? std::string("\"\"") : std::string(1, c);
  return result + "\"";
}

std::string line(const mtt::Value& row, bool keys) {
  std::string result;
  for (const auto& [key, cell] : row.table())
    result += (result.empty() ? "" : ",") + quoted(keys ? key : cell.string());
  return result + "\n";
}

}  // namespace

// What was read, written with every cell in quotes and read again, is the same. Columns of the same name are
// left out of the rows; where they are all columns, nothing is left to write.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  try {
    const auto rows = mtt::parse_csv(text, data[0] % 2 == 0 ? ',' : '\t', "fuzz").rows;
    if (rows.empty() || rows.front().table().empty()) return 0;
    std::string written = line(rows.front(), true);
    for (const mtt::Value& row : rows) written += line(row, false);
    const auto again = mtt::parse_csv(written, ',', "again").rows;
    if (again.size() != rows.size()) __builtin_trap();
    for (std::size_t i = 0; i < rows.size(); ++i)
      if (again[i].json() != rows[i].json()) __builtin_trap();
  } catch (const mtt::Error&) {
  }
  return 0;
}

#include "report/number_table.h"

#include <algorithm>
#include <cmath>

#include "io/terminal_text.h"
#include "value/utf8.h"

namespace mtt {
namespace {

constexpr double kMinute = 60, kHour = 3600, kMega = 1 << 20, kGiga = 1 << 30;

std::size_t columns_of(const std::string& cell) { return count_code_points(cell); }

}  // namespace

std::string number_table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()), 0);
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], columns_of(row[c]));
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t c = 0; c < row.size(); ++c)
      line += c == 0 ? "  " + padded(row[c], widths[c])
                     : "  " + std::string(widths[c] - columns_of(row[c]), ' ') + row[c];
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string grouped(std::int64_t number) {
  std::string text = std::to_string(number);
  const std::size_t first = number < 0 ? 1 : 0;
  for (std::size_t at = text.size(); at > first + 3;) text.insert(at -= 3, ",");
  return text;
}

std::string about_duration(double seconds) {
  const auto whole = [](double value) { return formatted("%.0f", std::max(1.0, std::round(value))); };
  if (seconds < 100) return "about " + whole(seconds < 20 ? seconds : std::round(seconds / 5) * 5) + " s";
  if (seconds < 100 * kMinute) return "about " + whole(seconds / kMinute) + " min";
  return "about " + formatted(seconds < 20 * kHour ? "%.1f" : "%.0f", seconds / kHour) + " h";
}

std::string about_memory(double bytes) {
  if (bytes < kGiga)
    return "about " + formatted("%.0f", std::max(10.0, std::round(bytes / kMega / 10) * 10)) + " MB";
  return "about " + formatted("%.1f", bytes / kGiga) + " GB";
}

}  // namespace mtt

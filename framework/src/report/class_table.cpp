#include "report/class_table.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "io/terminal_text.h"

namespace mtt {
namespace {

constexpr std::size_t kMostClasses = 20;
constexpr std::size_t kMostOfEach = 10;
constexpr std::size_t kMostConfusions = 5;
constexpr std::size_t kMostName = 32;

std::string number(double value) { return std::isfinite(value) ? formatted("%.4f", value) : "-"; }

using Chosen = std::vector<ClassScore>;

/// The first few in an order, as they are in the report.
template <class Before>
Chosen first_of(const std::vector<ClassScore>& classes, const Before& before) {
  Chosen chosen = classes;
  std::stable_sort(chosen.begin(), chosen.end(), before);
  chosen.resize(std::min(chosen.size(), kMostOfEach));
  return chosen;
}

std::string table(const std::vector<ClassScore>& classes) {
  std::vector<std::vector<std::string>> rows = class_rows(classes);
  for (std::size_t r = 0; r < rows.size(); ++r) {
    rows[r][0] = shortened(printable(rows[r][0]), kMostName);
    for (std::size_t c = 1; c < rows[r].size(); ++c) {
      const std::size_t width = std::max(rows[0][c].size(), std::size_t{6});
      if (rows[r][c].size() < width) rows[r][c].insert(0, width - rows[r][c].size(), ' ');
    }
  }
  for (auto& row : rows) row.insert(row.begin(), "  ");
  return columns_text(rows);
}

std::string confusions(const std::vector<ClassPair>& pairs) {
  std::vector<ClassPair> wrong;
  for (const ClassPair& pair : pairs)
    if (pair.gold != pair.predicted) wrong.push_back(pair);
  if (wrong.empty()) return "";
  std::stable_sort(wrong.begin(), wrong.end(),
                   [](const ClassPair& a, const ClassPair& b) { return a.count > b.count; });
  std::string text = "    largest confusions\n";
  for (std::size_t i = 0; i < std::min(wrong.size(), kMostConfusions); ++i)
    text += "      " + shortened(printable(wrong[i].gold), kMostName) + " -> " +
            shortened(printable(wrong[i].predicted), kMostName) + ", " + std::to_string(wrong[i].count) +
            "\n";
  return text;
}

}  // namespace

std::vector<std::vector<std::string>> class_rows(const std::vector<ClassScore>& classes) {
  std::vector<std::vector<std::string>> rows = {{"label", "precision", "recall", "F1", "support"}};
  for (const ClassScore& score : classes)
    rows.push_back({score.label, number(score.precision), number(score.recall), number(score.f1),
                    std::to_string(score.support)});
  return rows;
}

std::string class_report_text(const ClassReport& report, const std::string& full) {
  const std::vector<ClassScore>& classes = report.classes;
  if (classes.empty()) return "";
  if (classes.size() <= kMostClasses) return table(classes) + confusions(report.pairs);
  const Chosen frequent =
      first_of(classes, [](const ClassScore& a, const ClassScore& b) { return a.support > b.support; });
  const Chosen worst =
      first_of(classes, [](const ClassScore& a, const ClassScore& b) { return a.f1 < b.f1; });
  const std::string of = " of " + std::to_string(classes.size()) + " labels";
  return "    the " + std::to_string(kMostOfEach) + " most frequent" + of + "; " + full + "\n" +
         table(frequent) + "    the " + std::to_string(kMostOfEach) + of + " with the lowest F1\n" +
         table(worst) + confusions(report.pairs);
}

}  // namespace mtt

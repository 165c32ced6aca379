#include "report/confusion_table.h"

#include <algorithm>
#include <map>

#include "io/terminal_text.h"
#include "report/html_text.h"

namespace mtt {
namespace {

constexpr std::size_t kMostLabels = 24;
constexpr std::size_t kMostConfusedPairs = 5;

}  // namespace

std::string confusion_table(const std::vector<std::string>& gold, const std::vector<std::string>& predicted) {
  std::map<std::pair<std::string, std::string>, std::size_t> counts;
  std::map<std::string, std::size_t> mistakes, totals;
  for (std::size_t i = 0; i < gold.size(); ++i) {
    ++counts[{gold[i], predicted[i]}];
    ++totals[gold[i]];
    for (const std::string& label : {gold[i], predicted[i]}) mistakes[label] += gold[i] != predicted[i];
  }
  std::vector<std::string> labels;
  for (const auto& [label, count] : mistakes) labels.push_back(label);
  std::string note;
  if (labels.size() > kMostLabels) {
    std::stable_sort(labels.begin(), labels.end(),
                     [&](const auto& a, const auto& b) { return mistakes[a] > mistakes[b]; });
    note = "<p>The " + std::to_string(kMostLabels) + " of " + std::to_string(labels.size()) +
           " labels with the most mistakes.</p>\n";
    labels.resize(kMostLabels);
    std::sort(labels.begin(), labels.end());
  }
  std::string table =
      note + "<div class=\"wide\"><table class=\"confusion\">\n<tr><th>gold \\ predicted</th>";
  for (const std::string& label : labels) table += "<th>" + html_text(shortened(label, 18)) + "</th>";
  table += "<th>examples</th></tr>\n";
  for (const std::string& row : labels) {
    table += "<tr><th>" + html_text(shortened(row, 28)) + "</th>";
    for (const std::string& column : labels) {
      const std::size_t count = counts.contains({row, column}) ? counts[{row, column}] : 0;
      const double share =
          totals[row] > 0 ? static_cast<double>(count) / static_cast<double>(totals[row]) : 0;
      const char* colour = row == column ? "0,114,178" : "213,94,0";
      table += "<td style=\"background:rgba(" + std::string(colour) + "," + formatted("%.2f", 0.75 * share) +
               ")\">" + (count > 0 ? std::to_string(count) : "") + "</td>";
    }
    table += "<td>" + std::to_string(totals[row]) + "</td></tr>\n";
  }
  return table + "</table></div>\n";
}

std::string largest_confusions(const std::vector<std::string>& gold,
                               const std::vector<std::string>& predicted) {
  std::map<std::pair<std::string, std::string>, std::size_t> counts;
  for (std::size_t i = 0; i < gold.size(); ++i)
    if (gold[i] != predicted[i]) ++counts[{gold[i], predicted[i]}];
  if (counts.empty()) return "";
  std::vector<std::pair<std::pair<std::string, std::string>, std::size_t>> order(counts.begin(),
                                                                                 counts.end());
  std::stable_sort(order.begin(), order.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  order.resize(std::min(order.size(), kMostConfusedPairs));
  std::vector<std::vector<std::string>> rows = {{"largest confusions: label", "prediction", "examples"}};
  for (const auto& [labels, count] : order)
    rows.push_back({labels.first, labels.second, std::to_string(count)});
  return html_table(rows);
}

}  // namespace mtt

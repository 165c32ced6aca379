#include "report/confusion_table.h"

#include <algorithm>
#include <map>

#include "io/terminal_text.h"
#include "report/html_text.h"

namespace mtt {
namespace {

constexpr std::size_t kMostLabels = 24;
constexpr std::size_t kMostConfusedPairs = 10;

using PairCounts = std::map<std::pair<std::string, std::string>, std::size_t>;

double share_of(std::size_t part, std::size_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0;
}

}  // namespace

TableRows confusion_rows(const std::vector<std::string>& gold, const std::vector<std::string>& predicted) {
  PairCounts counts;
  std::map<std::string, std::size_t> mistakes, totals;
  for (std::size_t i = 0; i < gold.size(); ++i) {
    ++counts[{gold[i], predicted[i]}];
    ++totals[gold[i]];
    for (const std::string& label : {gold[i], predicted[i]}) mistakes[label] += gold[i] != predicted[i];
  }
  std::vector<std::string> labels;
  for (const auto& [label, count] : mistakes) labels.push_back(label);
  const std::size_t all = labels.size();
  if (all > kMostLabels) {
    std::stable_sort(labels.begin(), labels.end(),
                     [&](const auto& a, const auto& b) { return mistakes[a] > mistakes[b]; });
    labels.resize(kMostLabels);
    std::sort(labels.begin(), labels.end());
  }
  TableRows rows = {{all > kMostLabels ? "label \\ prediction, the " + std::to_string(kMostLabels) + " of " +
                                             std::to_string(all) + " labels with the most mistakes"
                                       : "label \\ prediction"}};
  rows[0].insert(rows[0].end(), labels.begin(), labels.end());
  rows[0].emplace_back("examples");
  for (const std::string& label : labels) {
    std::vector<std::string>& row = rows.emplace_back(std::vector<std::string>{label});
    for (const std::string& column : labels) {
      const auto count = counts.find({label, column});
      row.push_back(count == counts.end() ? "" : std::to_string(count->second));
    }
    row.push_back(std::to_string(totals[label]));
  }
  return rows;
}

std::string confusion_table(const TableRows& rows) {
  std::string table =
      "<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"confusion matrix\"><table "
      "class=\"confusion\">\n<thead><tr>";
  for (const std::string& name : rows[0])
    table += "<th scope=\"col\">" +
             html_text(&name == &rows[0].front() || &name == &rows[0].back() ? name : shortened(name, 18)) +
             "</th>";
  table += "</tr></thead>\n<tbody>\n";
  for (std::size_t r = 1; r < rows.size(); ++r) {
    const std::vector<std::string>& row = rows[r];
    const std::size_t total = std::stoul(row.back());
    table += "<tr><th scope=\"row\">" + html_text(shortened(row[0], 28)) + "</th>";
    for (std::size_t c = 1; c + 1 < row.size(); ++c) {
      const double share = row[c].empty() ? 0 : share_of(std::stoul(row[c]), total);
      const char* colour = r == c ? "0,114,178" : "213,94,0";
      table += "<td style=\"background:rgba(" + std::string(colour) + "," + formatted("%.2f", 0.6 * share) +
               ")\">" + row[c] + "</td>";
    }
    table += "<td>" + row.back() + "</td></tr>\n";
  }
  return table + "</tbody></table></div>\n";
}

TableRows largest_confusions(const std::vector<std::string>& gold,
                             const std::vector<std::string>& predicted) {
  PairCounts counts;
  std::map<std::string, std::size_t> totals;
  for (std::size_t i = 0; i < gold.size(); ++i) {
    ++totals[gold[i]];
    if (gold[i] != predicted[i]) ++counts[{gold[i], predicted[i]}];
  }
  std::vector<PairCounts::value_type> order(counts.begin(), counts.end());
  std::vector<std::size_t> places(order.size());
  for (std::size_t i = 0; i < places.size(); ++i) places[i] = i;
  std::stable_sort(places.begin(), places.end(),
                   [&](std::size_t a, std::size_t b) { return order[a].second > order[b].second; });
  places.resize(std::min(places.size(), kMostConfusedPairs));
  TableRows rows = {{"label", "prediction", "examples", "% of the label"}};
  for (const std::size_t place : places) {
    const auto& [labels, count] = order[place];
    rows.push_back({labels.first, labels.second, std::to_string(count),
                    formatted("%.1f", 100 * share_of(count, totals[labels.first]))});
  }
  return rows;
}

}  // namespace mtt

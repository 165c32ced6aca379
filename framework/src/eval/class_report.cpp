#include "eval/class_report.h"

#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <tuple>

#include "eval/label_items.h"

namespace mtt {
namespace {

struct Counts {
  std::int64_t right = 0, predicted = 0, gold = 0;
};

double ratio(std::int64_t part, std::int64_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole)
                   : std::numeric_limits<double>::quiet_NaN();
}

Value defined(double value) { return std::isfinite(value) ? Value(value) : Value(); }

double number_or_nan(const Value& value) {
  return value.is(Value::Kind::null) ? std::numeric_limits<double>::quiet_NaN() : value.number();
}

}  // namespace

ClassReport class_report(LabelKind kind, const std::vector<std::string>& known,
                         const std::vector<Value>& predictions, const std::vector<Value>& labels) {
  if (kind == LabelKind::numbers || kind == LabelKind::other) return {};
  std::map<std::string, Counts> counts;
  std::map<std::pair<std::string, std::string>, std::int64_t> pairs;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i].is(Value::Kind::null)) continue;
    const LabelItems gold = items_of(kind, labels[i]), predicted = predicted_items(kind, predictions[i]);
    for (const auto& item : gold) ++counts[std::get<0>(item)].gold;
    for (const auto& item : predicted) {
      Counts& count = counts[std::get<0>(item)];
      ++count.predicted;
      count.right += gold.contains(item);
    }
    if (kind == LabelKind::classes) ++pairs[{std::get<0>(*gold.begin()), std::get<0>(*predicted.begin())}];
  }

  std::vector<std::string> order;
  std::set<std::string> unknown;
  for (const auto& [label, count] : counts) unknown.insert(label);
  for (const std::string& label : known)
    if (unknown.erase(label) > 0) order.push_back(label);
  order.insert(order.end(), unknown.begin(), unknown.end());

  ClassReport report;
  std::map<std::string, std::size_t> rank;
  for (const std::string& label : order) {
    const Counts& count = counts.at(label);
    rank[label] = report.classes.size();
    report.classes.push_back({label, ratio(count.right, count.predicted), ratio(count.right, count.gold),
                              ratio(2 * count.right, count.predicted + count.gold), count.gold});
  }
  std::map<std::pair<std::size_t, std::size_t>, std::int64_t> ranked;
  for (const auto& [pair, count] : pairs) ranked[{rank.at(pair.first), rank.at(pair.second)}] = count;
  for (const auto& [pair, count] : ranked)
    report.pairs.push_back({order[pair.first], order[pair.second], count});
  return report;
}

Value class_scores_json(const std::vector<ClassScore>& classes) {
  Value::Table table;
  for (const ClassScore& score : classes)
    table.push_back({score.label, Value::Table{{"precision", defined(score.precision)},
                                               {"recall", defined(score.recall)},
                                               {"f1", defined(score.f1)},
                                               {"support", score.support}}});
  return table;
}

std::vector<ClassScore> class_scores_from(const Value& json) {
  std::vector<ClassScore> classes;
  for (const auto& [label, score] : json.table())
    classes.push_back({label, number_or_nan(score.at("precision")), number_or_nan(score.at("recall")),
                       number_or_nan(score.at("f1")), score.at("support").integer()});
  return classes;
}

}  // namespace mtt

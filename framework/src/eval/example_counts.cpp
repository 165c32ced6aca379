#include "eval/example_counts.h"

#include <algorithm>
#include <limits>

#include "eval/label_items.h"

namespace mtt {
namespace {

constexpr std::string_view kDigits = "0123456789abcdefghijklmnopqrstuvwxyz";

std::int64_t digit(const Value& text, std::size_t at) {
  const std::size_t value = kDigits.find(text.string()[at]);
  if (value == std::string_view::npos)
    text.refuse("'" + text.string().substr(at, 1) + "' is not a digit of counts; expected 0 to 9 or a to z");
  return static_cast<std::int64_t>(value);
}

}  // namespace

ExampleCounts example_counts(LabelKind kind, const std::vector<Value>& predictions,
                             const std::vector<Value>& labels) {
  ExampleCounts counts;
  if (kind == LabelKind::numbers || kind == LabelKind::other) return counts;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i].is(Value::Kind::null)) continue;
    const LabelItems gold = items_of(kind, labels[i]), predicted = predicted_items(kind, predictions[i]);
    const auto right = std::count_if(predicted.begin(), predicted.end(),
                                     [&](const auto& item) { return gold.contains(item); });
    counts.push_back(
        {right, static_cast<std::int64_t>(predicted.size()), static_cast<std::int64_t>(gold.size())});
  }
  return counts;
}

double micro_f1(const ExampleCounts& counts) {
  std::int64_t right = 0, all = 0;
  for (const ExampleCount& count : counts) {
    right += count.right;
    all += count.predicted + count.gold;
  }
  return all > 0 ? 2 * static_cast<double>(right) / static_cast<double>(all)
                 : std::numeric_limits<double>::quiet_NaN();
}

bool are_hits(const ExampleCounts& counts) {
  return std::all_of(counts.begin(), counts.end(), [](const ExampleCount& count) {
    return count.predicted == 1 && count.gold == 1 && count.right <= 1;
  });
}

std::optional<Value> example_counts_json(const ExampleCounts& counts) {
  if (are_hits(counts)) {
    std::string hits;
    for (std::size_t i = 0; i < counts.size(); i += 4) {
      std::size_t four = 0;
      for (std::size_t j = i; j < i + 4; ++j) four = 2 * four + (j < counts.size() && counts[j].right > 0);
      hits += kDigits[four];
    }
    return Value(
        Value::Table{{"examples", static_cast<std::int64_t>(counts.size())}, {"hits", std::move(hits)}});
  }
  std::string right, predicted, gold;
  for (const ExampleCount& count : counts) {
    if (std::max(count.predicted, count.gold) >= static_cast<std::int64_t>(kDigits.size()))
      return std::nullopt;
    right += kDigits[static_cast<std::size_t>(count.right)];
    predicted += kDigits[static_cast<std::size_t>(count.predicted)];
    gold += kDigits[static_cast<std::size_t>(count.gold)];
  }
  return Value(Value::Table{
      {"right", std::move(right)}, {"predicted", std::move(predicted)}, {"gold", std::move(gold)}});
}

ExampleCounts example_counts_from(const Value& json) {
  ExampleCounts counts;
  if (const Value* hits = json.find("hits")) {
    const std::int64_t examples = json.at("examples").integer();
    if (examples < 0 || static_cast<std::int64_t>(hits->string().size()) != (examples + 3) / 4)
      hits->refuse("there are " + std::to_string(hits->string().size()) + " digits of hits for " +
                   std::to_string(examples) + " examples; expected one for every four");
    for (std::int64_t i = 0; i < examples; ++i)
      counts.push_back({digit(*hits, static_cast<std::size_t>(i / 4)) >> (3 - i % 4) & 1, 1, 1});
    return counts;
  }
  const Value &right = json.at("right"), &predicted = json.at("predicted"), &gold = json.at("gold");
  if (right.string().size() != gold.string().size() || predicted.string().size() != gold.string().size())
    right.refuse(
        "the texts of right, predicted and gold have different lengths; expected one digit for each "
        "example in each");
  for (std::size_t i = 0; i < gold.string().size(); ++i)
    counts.push_back({digit(right, i), digit(predicted, i), digit(gold, i)});
  return counts;
}

}  // namespace mtt

#include "recommend/recommendation.h"

#include <algorithm>
#include <cmath>

#include "io/terminal_text.h"
#include "report/number_table.h"

namespace mtt {
namespace {

constexpr double kPoints = 100, kMostNeeded = 100, kFar = 10;

std::string points(double score) { return std::isfinite(score) ? formatted("%.1f", kPoints * score) : "-"; }

std::string with_half(double value, double half) {
  return points(value) + (std::isfinite(half) ? " ± " + points(half) : "");
}

std::string minutes_text(double minutes) {
  if (!std::isfinite(minutes)) return "-";
  return minutes < 0.1 ? "<0.1" : formatted(minutes < 10 ? "%.1f" : "%.0f", minutes);
}

Value number(double value) { return std::isfinite(value) ? Value(value) : Value(); }

/// "4,000": two significant digits.
std::string rounded(double count) {
  const double unit = std::pow(10, std::max(0.0, std::floor(std::log10(count)) - 1));
  return grouped(static_cast<std::int64_t>(std::ceil(count / unit) * unit));
}

bool predicts(const Recommendation& all) {
  return std::any_of(all.tasks.begin(), all.tasks.end(), [](const JudgedTask& task) {
    return !task.fewer.empty() && task.sizes.all > task.sizes.used;
  });
}

/// "full fine-tuning is 3.1 ± 1.2 points better"
std::string better_by(const Recommendation& all, std::size_t strategy) {
  const StrategyResult& one = all.choice.strategies[strategy];
  return all.strategies[all.choice.best].title + " is " + with_half(one.behind, one.behind_half) +
         " points better";
}

std::string rejected(const Recommendation& all) {
  std::string list;
  for (std::size_t s = 0; s < all.choice.chosen; ++s) {
    const StrategyResult& one = all.choice.strategies[s];
    list += (s > 0 ? ", " : "") + all.strategies[s].title + ": " + with_half(one.behind, one.behind_half);
  }
  return list;
}

std::string what_decides(const Recommendation& all) {
  const StrategyChoice& choice = all.choice;
  const std::string now = " instead of " + grouped(static_cast<std::int64_t>(choice.examples));
  std::string text =
      choice.examples_needed > kMostNeeded * choice.examples
          ? "More than " + grouped(static_cast<std::int64_t>(kMostNeeded)) +
                " times as many validation examples would be needed to decide"
          : "About " + rounded(choice.examples_needed) + " validation examples" + now + " would decide";
  return text + (predicts(all) ? ", or more training examples in the comparison (--examples)" : "") + ".";
}

std::string task_cell(const JudgedTask& task, std::size_t strategy) {
  const double used = task.used[strategy].score;
  if (task.fewer.empty()) return points(used);
  return points(used) + " → " +
         points(predicted_score(task.fewer[strategy].score, used, task.sizes, task.higher_is_better));
}

Value strategies_json(const Recommendation& all, const StrategyChoice& choice) {
  Value::Array array;
  for (std::size_t s = 0; s < choice.strategies.size(); ++s) {
    const StrategyResult& one = choice.strategies[s];
    array.emplace_back(Value::Table{{"strategy", all.strategies[s].title},
                                    {"with_fewer", number(one.fewer)},
                                    {"measured", number(one.used)},
                                    {"measured_half", number(one.used_half)},
                                    {"predicted", number(one.predicted)},
                                    {"behind", number(one.behind)},
                                    {"behind_half", number(one.behind_half)},
                                    {"standing", standing_name(one.standing)}});
  }
  return Value(std::move(array));
}

}  // namespace

Recommendation Recommendation::of(std::vector<StrategyCost> strategies, std::vector<JudgedTask> tasks,
                                  double margin) {
  Recommendation all{std::move(strategies), std::move(tasks), margin, {}, {}};
  all.choice = choose_strategy(all.tasks, margin);
  for (const JudgedTask& task : all.tasks) {
    StrategyChoice& alone = all.for_tasks.emplace_back();
    if (std::any_of(task.used.begin(), task.used.end(),
                    [](const auto& one) { return std::isfinite(one.score); }))
      alone = choose_strategy({task}, margin);
  }
  return all;
}

std::string recommendation_table(const Recommendation& all) {
  std::vector<std::vector<std::string>> rows = {
      {"strategy", "measured", "predicted", "behind the best", "minutes", "trainable parameters", "MB"}};
  for (std::size_t s = 0; s < all.strategies.size(); ++s) {
    const StrategyCost& cost = all.strategies[s];
    const StrategyResult& one = all.choice.strategies[s];
    rows.push_back({cost.title, with_half(one.used, one.used_half), points(one.predicted),
                    s == all.choice.best ? "" : with_half(one.behind, one.behind_half),
                    minutes_text(cost.minutes), grouped(cost.trainable_parameters),
                    formatted("%.1f", cost.stored_mb())});
  }
  std::string text = number_table(rows);
  if (all.tasks.size() < 2) return text;
  rows = {{"task, measured → predicted"}};
  for (const StrategyCost& cost : all.strategies) rows.front().push_back(cost.title);
  rows.front().push_back("choice by this task alone");
  for (std::size_t t = 0; t < all.tasks.size(); ++t) {
    std::vector<std::string>& row = rows.emplace_back();
    row.push_back(all.tasks[t].score + (all.tasks[t].higher_is_better ? "" : " (lower is better)"));
    for (std::size_t s = 0; s < all.strategies.size(); ++s) row.push_back(task_cell(all.tasks[t], s));
    const StrategyChoice& alone = all.for_tasks[t];
    row.push_back(alone.strategies.empty() ? "-" : all.strategies[alone.chosen].title);
  }
  return text + "\n" + number_table(rows);
}

std::string recommendation_reason(const Recommendation& all) {
  const StrategyChoice& choice = all.choice;
  const std::string margin = points(all.margin);
  std::string text = "Choose " + all.strategies[choice.chosen].title + ": ";
  const StrategyResult& one = choice.strategies[choice.chosen];
  switch (one.standing) {
    case Standing::best:
      text += choice.chosen == 0 ? "it has the highest predicted score and is the cheapest"
                                 : "it has the highest predicted score";
      break;
    case Standing::good_enough:
      text += better_by(all, choice.chosen) + ", within the margin of " + margin;
      break;
    default:
      text += "it is cheaper, and not distinguishable from the best; " + better_by(all, choice.chosen) +
              ", with a margin of " + margin;
  }
  if (choice.chosen > 0)
    text += "; cheaper strategies are worse by more than " + margin + " (" + rejected(all) + ")";
  text += ".";
  if (one.standing == Standing::undecided) text += " " + what_decides(all);
  return text;
}

std::string recommendation_notes(const Recommendation& all) {
  const StrategyResult &first = all.choice.strategies.front(), &last = all.choice.strategies.back();
  std::string text;
  if (std::isfinite(first.fewer) && std::isfinite(last.fewer))
    text += "Gap between " + all.strategies.back().title + " and " + all.strategies.front().title + ": " +
            points(last.fewer - first.fewer) + " with fewer examples, " + points(last.used - first.used) +
            " as measured, " + points(last.predicted - first.predicted) + " predicted with all examples.\n";
  double farthest = 0;
  for (const JudgedTask& task : all.tasks)
    if (!task.fewer.empty()) farthest = std::max(farthest, task.sizes.all / task.sizes.used);
  if (farthest > kFar)
    text += "The prediction is rough: it is for " + formatted("%.0f", farthest) +
            " times as many examples as were measured. A larger --examples makes it more reliable.\n";
  for (std::size_t t = 0; t < all.tasks.size(); ++t) {
    const StrategyChoice& alone = all.for_tasks[t];
    if (alone.strategies.empty())
      text += all.tasks[t].score + " is undefined with every strategy and is not part of the mean.\n";
    else if (alone.chosen != all.choice.chosen)
      text += "By " + all.tasks[t].score + " alone, " + all.strategies[alone.chosen].title +
              " would be chosen (" + standing_name(alone.strategies[alone.chosen].standing) + ").\n";
  }
  if (!std::isfinite(first.used_half))
    text +=
        "There are no intervals, because not every score is computed from counts of examples. The margin "
        "alone decides.\n";
  if (std::any_of(all.tasks.begin(), all.tasks.end(),
                  [](const auto& task) { return !task.higher_is_better; }))
    text += "In the table of the strategies, lower-is-better scores count negatively.\n";
  return text;
}

Value recommendation_json(const Recommendation& all) {
  Value strategies = strategies_json(all, all.choice);
  for (std::size_t s = 0; s < all.strategies.size(); ++s) {
    const StrategyCost& cost = all.strategies[s];
    strategies.array()[s].set("minutes", number(cost.minutes));
    strategies.array()[s].set("trainable_parameters", cost.trainable_parameters);
    strategies.array()[s].set("stored_mb", cost.stored_mb());
  }
  Value::Array tasks;
  for (std::size_t t = 0; t < all.tasks.size(); ++t) {
    const JudgedTask& task = all.tasks[t];
    const StrategyChoice& alone = all.for_tasks[t];
    tasks.emplace_back(Value::Table{
        {"score", task.score},
        {"higher_is_better", task.higher_is_better},
        {"validation_examples", task.validation_examples},
        {"training_examples",
         Value::Table{{"fewer", task.sizes.fewer}, {"measured", task.sizes.used}, {"all", task.sizes.all}}},
        {"strategy", alone.strategies.empty() ? Value() : Value(all.strategies[alone.chosen].title)},
        {"strategies", strategies_json(all, alone)}});
  }
  return Value::Table{{"strategy", all.strategies[all.choice.chosen].title},
                      {"reason", recommendation_reason(all)},
                      {"margin", all.margin},
                      {"strategies", std::move(strategies)},
                      {"tasks", Value(std::move(tasks))}};
}

}  // namespace mtt

#include "recommend/strategy_choice.h"

#include <algorithm>
#include <cmath>

#include "eval/bootstrap.h"
#include "mtt/error.h"

namespace mtt {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();
constexpr double kRuleOfThree = 3;  // if none of n examples shows an event, the 95 % limit of its rate is 3/n

bool is_defined(const JudgedTask& task) {
  return std::any_of(task.used.begin(), task.used.end(),
                     [](const MeasuredScore& one) { return std::isfinite(one.score); });
}

double counted(double score, const JudgedTask& task) {
  return !std::isfinite(score) ? 0 : task.higher_is_better ? score : -score;
}

double predicted(const JudgedTask& task, std::size_t strategy) {
  const double used = task.used[strategy].score;
  if (task.fewer.empty()) return used;
  return predicted_score(task.fewer[strategy].score, used, task.sizes, task.higher_is_better);
}

std::vector<double> predicted_samples(const JudgedTask& task, std::size_t strategy) {
  std::vector<double> samples = task.used[strategy].samples;
  if (task.fewer.empty()) return samples;
  const std::vector<double>& fewer = task.fewer[strategy].samples;
  if (fewer.size() != samples.size()) return {};
  for (std::size_t i = 0; i < samples.size(); ++i)
    samples[i] = predicted_score(fewer[i], samples[i], task.sizes, task.higher_is_better);
  return samples;
}

/// Adds a task's samples to those of the mean; `sum` becomes and stays empty if a task has no samples.
void add_samples(std::vector<double>& sum, const std::vector<double>& samples, double sign, bool is_first) {
  if (is_first) sum.assign(samples.size(), 0);
  if (sum.size() != samples.size()) return sum.clear();
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += sign * samples[i];
}

double half_of(const std::vector<double>& samples, double least) {
  return samples.empty() ? kUndefined : std::max(percentile_half(samples), least);
}

Standing standing_of(const StrategyResult& one, double margin) {
  const double half = std::isfinite(one.behind_half) ? one.behind_half : 0;
  if (one.behind > margin && one.behind - half > 0) return Standing::worse;
  return one.behind + half <= margin ? Standing::good_enough : Standing::undecided;
}

}  // namespace

const char* standing_name(Standing standing) {
  switch (standing) {
    case Standing::best:
      return "best";
    case Standing::good_enough:
      return "good enough";
    case Standing::undecided:
      return "not distinguishable";
    case Standing::worse:
      return "worse";
  }
  return "";
}

StrategyChoice choose_strategy(const std::vector<JudgedTask>& all, double margin) {
  std::vector<const JudgedTask*> tasks;
  for (const JudgedTask& task : all)
    if (is_defined(task)) tasks.push_back(&task);
  if (tasks.empty())
    throw Error(
        "no task has a defined score on the validation set with any strategy; check that it has labels");
  const double count = static_cast<double>(tasks.size());
  StrategyChoice choice;
  choice.examples = tasks.front()->validation_examples;
  double least = 0;
  for (const JudgedTask* task : tasks) {
    least += kRuleOfThree / std::max(1.0, task->validation_examples) / count;
    choice.examples = std::min(choice.examples, task->validation_examples);
  }
  std::vector<std::vector<double>> samples;
  for (std::size_t s = 0; s < tasks.front()->used.size(); ++s) {
    StrategyResult& one = choice.strategies.emplace_back();
    std::vector<double> used, later;
    for (const JudgedTask* task : tasks) {
      const bool is_first = task == tasks.front();
      const double sign = (task->higher_is_better ? 1 : -1) / count;
      one.used += counted(task->used[s].score, *task) / count;
      one.predicted += counted(predicted(*task, s), *task) / count;
      one.fewer = task->fewer.empty() ? kUndefined : one.fewer + counted(task->fewer[s].score, *task) / count;
      add_samples(used, task->used[s].samples, sign, is_first);
      add_samples(later, predicted_samples(*task, s), sign, is_first);
    }
    one.used_half = half_of(used, least);
    samples.push_back(std::move(later));
    if (one.predicted > choice.strategies[choice.best].predicted) choice.best = s;
  }
  const std::vector<double>& best = samples[choice.best];
  for (std::size_t s = 0; s < samples.size(); ++s) {
    StrategyResult& one = choice.strategies[s];
    if (s == choice.best) continue;
    one.behind = choice.strategies[choice.best].predicted - one.predicted;
    std::vector<double> difference;
    if (samples[s].size() == best.size())
      for (std::size_t i = 0; i < best.size(); ++i) difference.push_back(best[i] - samples[s][i]);
    one.behind_half = half_of(difference, least);
    one.standing = standing_of(one, margin);
  }
  const auto chosen = std::find_if(choice.strategies.begin(), choice.strategies.end(),
                                   [](const StrategyResult& one) { return one.standing != Standing::worse; });
  choice.chosen = static_cast<std::size_t>(chosen - choice.strategies.begin());
  if (chosen->standing == Standing::undecided) {
    const double half = chosen->behind <= margin ? margin - chosen->behind : chosen->behind;
    choice.examples_needed = choice.examples * std::pow(chosen->behind_half / half, 2);
  }
  return choice;
}

}  // namespace mtt

#include "eval/named_scores.h"

#include <algorithm>
#include <limits>

namespace mtt {

std::string_view task_of(std::string_view score) { return score.substr(0, score.rfind('.')); }

bool is_of_all_tasks(std::string_view score) {
  const std::string_view task = task_of(score);
  return task == kAllTasks ||
         (task.starts_with(kAllTasks) && task.substr(kAllTasks.size()).starts_with(" ("));
}

double value_of(const Scores& scores, std::string_view name) {
  const auto found =
      std::find_if(scores.begin(), scores.end(), [&](const auto& score) { return score.first == name; });
  return found == scores.end() ? std::numeric_limits<double>::quiet_NaN() : found->second;
}

Scores main_scores(const Scores& scores) {
  Scores main;
  for (const auto& score : scores) {
    const auto same = [&](const auto& known) { return task_of(known.first) == task_of(score.first); };
    if (std::none_of(main.begin(), main.end(), same)) main.push_back(score);
  }
  return main;
}

}  // namespace mtt

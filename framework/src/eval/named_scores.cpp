#include "eval/named_scores.h"

#include <algorithm>

namespace mtt {

std::string_view task_of(std::string_view score) { return score.substr(0, score.rfind('.')); }

bool is_of_all_tasks(std::string_view score) {
  const std::string_view task = task_of(score);
  return task == kAllTasks ||
         (task.starts_with(kAllTasks) && task.substr(kAllTasks.size()).starts_with(" ("));
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

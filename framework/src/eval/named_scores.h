// Scores of several tasks in one list.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mtt {

/// "<task>.<metric>" = value, task after task, each task's main metric first.
using Scores = std::vector<std::pair<std::string, double>>;

/// The name of scores of all tasks together; they are not part of a mean over tasks.
inline constexpr std::string_view kAllTasks = "all tasks";

/// Whether it is a score of all tasks together, also if it names one of several test files.
bool is_of_all_tasks(std::string_view score);

/// The task of a score's name.
std::string_view task_of(std::string_view score);

/// The score of this name; NaN if there is none.
double value_of(const Scores& scores, std::string_view name);

/// The first score of each task, in the order of the list.
Scores main_scores(const Scores& scores);

}  // namespace mtt

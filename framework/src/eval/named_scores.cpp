#include "eval/named_scores.h"

#include <algorithm>

namespace mtt {

std::string_view task_of(std::string_view score) { return score.substr(0, score.rfind('.')); }

Scores main_scores(const Scores& scores) {
  Scores main;
  for (const auto& score : scores) {
    const auto same = [&](const auto& known) { return task_of(known.first) == task_of(score.first); };
    if (std::none_of(main.begin(), main.end(), same)) main.push_back(score);
  }
  return main;
}

}  // namespace mtt

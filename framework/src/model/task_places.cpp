#include "model/task_places.h"

#include <algorithm>

#include "mtt/error.h"
#include "value/listed.h"

namespace mtt {

std::vector<std::size_t> task_places(const std::vector<Task>& tasks, const std::vector<std::string>& names) {
  std::vector<std::size_t> places;
  for (const std::string& name : names) {
    const auto found =
        std::find_if(tasks.begin(), tasks.end(), [&](const Task& task) { return task.name == name; });
    if (found == tasks.end()) {
      std::vector<std::string> known;
      for (const Task& task : tasks) known.push_back(task.name);
      throw Error("the model has no task " + Value(name).json() + "; it has " +
                  (known.empty() ? "none" : listed(known)));
    }
    places.push_back(static_cast<std::size_t>(found - tasks.begin()));
  }
  std::sort(places.begin(), places.end());
  places.erase(std::unique(places.begin(), places.end()), places.end());
  return places;
}

}  // namespace mtt

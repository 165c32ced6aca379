#include "run/unknown_labels.h"

#include <algorithm>
#include <string>

#include "data/unseen_labels.h"
#include "plugin/plugin_call.h"

namespace mtt {
namespace {

constexpr std::size_t kMostNamed = 5;

}  // namespace

void warn_of_unknown_labels(const std::vector<HeldOut>& held_out, ExampleFiles& files,
                            const MultiTaskModel& model, Console& console) {
  for (const HeldOut& item : held_out) {
    const Task& task = model.tasks()[item.task];
    const Value state = call_plugin(call_of(task, "state"), [&] { return task.head->state(); });
    const Value* labels = state.is(Value::Kind::table) ? state.find("labels") : nullptr;
    if (!labels) continue;
    const auto unseen = unseen_labels(LabelSet::from_value(*labels), files.get(item.file).labels(item.field));
    if (unseen.empty()) continue;
    std::string names;
    for (std::size_t i = 0; i < std::min(unseen.size(), kMostNamed); ++i)
      names += (i == 0 ? "" : ", ") + Value(unseen[i].first).json() + " (" +
               std::to_string(unseen[i].second) + ")";
    if (unseen.size() > kMostNamed) names += " and others";
    console.warn("task '" + task.name + "': " + item.file + " has " + std::to_string(unseen.size()) +
                 (unseen.size() == 1 ? " label" : " labels") + " that the head does not know: " + names +
                 "; they count as wrong");
  }
}

}  // namespace mtt

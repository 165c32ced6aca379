#include "run/unseen_label_warnings.h"

#include <algorithm>
#include <string>
#include <utility>

#include "data/unseen_labels.h"
#include "mtt/error.h"
#include "plugin/plugin_call.h"

namespace mtt {
namespace {

constexpr std::size_t kMostNamed = 5;

std::vector<std::pair<std::string, std::int64_t>> unseen_of(const Task& task,
                                                            const std::vector<Value>& held_out) {
  const LabelKind kind = task.label_kind();
  auto names = task.label_names();
  if (names.empty()) return {};
  try {
    return unseen_labels(kind, LabelSet(std::move(names)), held_out);
  } catch (const Error& error) {
    throw Error("task '" + task.name + "': " + error.what());
  }
}

}  // namespace

void warn_of_unseen_labels(const std::vector<HeldOut>& held_out, ExampleFiles& files,
                           const MultiTaskModel& model, Messages& messages) {
  for (const HeldOut& item : held_out) {
    const Task& task = model.tasks()[item.task];
    const auto unseen = unseen_of(task, files.get(item.file).labels(item.field));
    if (unseen.empty()) continue;
    std::string names;
    for (std::size_t i = 0; i < std::min(unseen.size(), kMostNamed); ++i)
      names += (i == 0 ? "" : ", ") + Value(unseen[i].first).json() + " (" +
               std::to_string(unseen[i].second) + ")";
    if (unseen.size() > kMostNamed) names += " and others";
    messages.warn("task '" + task.name + "': " + item.file + " has " + std::to_string(unseen.size()) +
                  (unseen.size() == 1 ? " label" : " labels") + " that the head does not know: " + names +
                  "; they count as wrong");
  }
}

}  // namespace mtt

#include "run/freeze_table.h"

#include <algorithm>
#include <vector>

#include "freeze/frontier.h"
#include "io/terminal_text.h"
#include "model/parameter_name.h"
#include "report/number_table.h"
#include "train/parameter_groups.h"

namespace mtt {
namespace {

constexpr std::size_t kMostColumns = 6;
constexpr std::string_view kEmbeddings = "embeddings.";

struct Group {
  std::string name;
  std::int64_t parameters = 0;
  std::vector<std::int64_t> trainable;  ///< in each phase
};

std::string group_of(std::string_view parameter) {
  if (name_in_head(parameter)) return "head " + std::string(task_of_parameter(parameter));
  const auto name = name_in_backbone(parameter);
  if (!name) return "dense modules";
  if (is_adapter(parameter)) return "adapters";
  const std::int64_t layer = layer_of_parameter(*name);
  if (layer >= 0) return "layer " + std::to_string(layer);
  return name->starts_with(kEmbeddings) ? "embeddings" : "rest of the encoder";
}

/// Adapters stand among the layers that they extend; their group comes after the last layer.
void adapters_behind_layers(std::vector<Group>& groups) {
  const auto adapters =
      std::find_if(groups.begin(), groups.end(), [](const Group& g) { return g.name == "adapters"; });
  if (adapters == groups.end()) return;
  const auto end = std::find_if(adapters, groups.end(), [](const Group& g) {
    return g.name == "dense modules" || g.name.starts_with("head ");
  });
  std::rotate(adapters, adapters + 1, end);
}

std::vector<Group> groups_of(const FreezePolicy& policy, const MultiTaskModel& model) {
  std::vector<Group> groups;
  for (const auto& [name, tensor] : model.parameters()) {
    const std::string group = group_of(name);
    auto found = std::find_if(groups.begin(), groups.end(), [&](const Group& g) { return g.name == group; });
    if (found == groups.end())
      found = groups.insert(groups.end(), {group, 0, std::vector<std::int64_t>(policy.phases.size(), 0)});
    found->parameters += tensor.numel();
    for (std::size_t p = 0; p < policy.phases.size(); ++p)
      if (policy.phases[p].trains(name)) found->trainable[p] += tensor.numel();
  }
  adapters_behind_layers(groups);
  Group all{"all", 0, std::vector<std::int64_t>(policy.phases.size(), 0)};
  for (const Group& group : groups) {
    all.parameters += group.parameters;
    for (std::size_t p = 0; p < policy.phases.size(); ++p) all.trainable[p] += group.trainable[p];
  }
  groups.push_back(std::move(all));
  return groups;
}

std::string cell(std::int64_t trainable) { return trainable > 0 ? grouped(trainable) : "frozen"; }

/// "1-3, 5": the phases in which a group has trainable parameters.
std::string phases_text(const std::vector<std::int64_t>& trainable) {
  std::string text;
  for (std::size_t from = 0; from < trainable.size(); ++from) {
    if (trainable[from] == 0) continue;
    std::size_t to = from;
    while (to + 1 < trainable.size() && trainable[to + 1] > 0) ++to;
    text += (text.empty() ? "" : ", ") + std::to_string(from + 1) +
            (to > from ? "-" + std::to_string(to + 1) : "");
    from = to;
  }
  return text.empty() ? "frozen" : text;
}

std::string phase_lines(const FreezePolicy& policy) {
  std::vector<std::vector<std::string>> rows;
  for (std::size_t p = 0; p < policy.phases.size(); ++p)
    rows.push_back(
        {"  phase " + std::to_string(p + 1), "from epoch " + std::to_string(policy.phases[p].first_epoch + 1),
         policy.phases[p].name +
             (policy.auto_freeze ? "; layers are frozen from the bottom as their gradients settle" : "")});
  return columns_text(rows);
}

}  // namespace

std::string trainable_table(const FreezePolicy& policy, const MultiTaskModel& model) {
  const std::size_t phases = policy.phases.size();
  const bool columns = phases <= kMostColumns;
  std::vector<std::vector<std::string>> rows = {{"", "parameters"}};
  if (!columns) rows[0].insert(rows[0].end(), {"trainable", "in phases"});
  for (std::size_t p = 0; columns && p < phases; ++p)
    rows[0].push_back(phases == 1 ? "trainable" : "phase " + std::to_string(p + 1));
  for (const Group& group : groups_of(policy, model)) {
    std::vector<std::string>& row = rows.emplace_back();
    row = {group.name, grouped(group.parameters)};
    if (columns) {
      for (const std::int64_t trainable : group.trainable) row.push_back(cell(trainable));
    } else {
      row.push_back(cell(*std::max_element(group.trainable.begin(), group.trainable.end())));
      row.push_back(phases_text(group.trainable));
    }
  }
  return "Trainable parameters\n" + phase_lines(policy) + number_table(rows);
}

std::string tensor_table(const FreezePolicy& policy, const MultiTaskModel& model) {
  std::vector<std::vector<std::string>> rows = {{"", "parameters"}};
  for (std::size_t p = 0; p < policy.phases.size(); ++p)
    rows[0].push_back(policy.phases.size() == 1 ? "" : "phase " + std::to_string(p + 1));
  for (const auto& [name, tensor] : model.parameters()) {
    std::vector<std::string>& row = rows.emplace_back();
    row = {name, grouped(tensor.numel())};
    for (const Phase& phase : policy.phases) row.push_back(phase.trains(name) ? "trainable" : "frozen");
  }
  return "Tensors\n" + number_table(rows);
}

std::int64_t learning_parameters(const FreezePolicy& policy, const MultiTaskModel& model) {
  std::int64_t count = 0;
  for (const auto& [name, tensor] : model.parameters())
    if (std::any_of(policy.phases.begin(), policy.phases.end(),
                    [&](const auto& phase) { return phase.trains(name); }))
      count += tensor.numel();
  return count;
}

}  // namespace mtt

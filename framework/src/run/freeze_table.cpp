#include "run/freeze_table.h"

#include <algorithm>
#include <vector>

#include "report/terminal_text.h"

namespace mtt {

std::string freeze_table(const FreezePolicy& policy, const MultiTaskModel& model) {
  std::string text = "\nWhat learns\n";
  for (std::size_t p = 0; p < policy.phases.size(); ++p)
    text += "  phase " + std::to_string(p + 1) + ", from epoch " +
            std::to_string(policy.phases[p].first_epoch + 1) + ": " + policy.phases[p].name +
            (policy.automatic ? ", and layers freeze from below as they settle" : "") + "\n";
  std::size_t width = 0;
  for (const auto& [name, tensor] : model.parameters()) width = std::max(width, name.size());
  std::vector<std::int64_t> counts(policy.phases.size(), 0), tensors(policy.phases.size(), 0);
  std::int64_t all = 0, number = 0;
  for (const auto& [name, tensor] : model.parameters()) {
    text += "  " + padded(name, width + 2);
    for (std::size_t p = 0; p < policy.phases.size(); ++p) {
      const bool trains = policy.phases[p].trains(name);
      text += trains ? "learns  " : "frozen  ";
      counts[p] += trains ? tensor.numel() : 0;
      tensors[p] += trains;
    }
    text += std::to_string(tensor.numel()) + "\n";
    all += tensor.numel();
    ++number;
  }
  for (std::size_t p = 0; p < policy.phases.size(); ++p)
    text += "  phase " + std::to_string(p + 1) + ": " + std::to_string(tensors[p]) + " of " +
            std::to_string(number) + " tensors learn, " + std::to_string(counts[p]) + " of " +
            std::to_string(all) + " parameters (" +
            formatted("%.3f", 100.0 * static_cast<double>(counts[p]) / static_cast<double>(all)) + " %)\n";
  return text;
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

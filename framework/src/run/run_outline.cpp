#include "run/run_outline.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include "io/terminal_text.h"
#include "report/number_table.h"

namespace mtt {
namespace {

constexpr double kMostCounted = 5e6;

std::int64_t count_labels(const Examples& examples, const std::string& field) {
  const std::vector<Value> labels = examples.labels(field);
  return std::count_if(labels.begin(), labels.end(),
                       [](const Value& label) { return !label.is(Value::Kind::null); });
}

std::string short_number(double number) {
  const std::string text = formatted("%.1f", number);
  return text.ends_with(".0") ? grouped(static_cast<std::int64_t>(number + 0.5)) : text;
}

std::string plural(std::int64_t count, const std::string& what) {
  return grouped(count) + " " + what + (count == 1 ? "" : "s");
}

}  // namespace

std::string examples_table(const std::vector<LabelledFile>& labelled, ExampleFiles& files) {
  std::vector<std::string> tasks;
  std::vector<std::array<std::string, 3>> counts;
  for (const LabelledFile& labels : labelled) {
    if (tasks.empty() || tasks.back() != labels.name) {
      tasks.push_back(labels.name);
      counts.emplace_back();
    }
    std::string& cell = counts.back()[static_cast<std::size_t>(labels.role)];
    cell += (cell.empty() ? "" : " + ") + grouped(labels.transforms
                                                      ? files.get(labels.file).count()
                                                      : count_labels(files.get(labels.file), labels.field));
  }
  std::vector<std::vector<std::string>> rows = {{"", "train", "dev", "test"}};
  for (std::size_t t = 0; t < tasks.size(); ++t) {
    rows.push_back({tasks[t]});
    for (const std::string& cell : counts[t]) rows.back().push_back(cell.empty() ? "-" : cell);
  }
  return "Labelled examples\n" + number_table(rows);
}

std::vector<SourceUse> source_uses(Sampler sampler, std::size_t sources) {
  std::vector<SourceUse> uses(sources);
  double counted = 0;
  std::int64_t steps = 0;
  while (sampler.step() < sampler.steps() && counted < kMostCounted) {
    for (const SourceBatch& batch : sampler.next()) {
      const auto count = static_cast<double>(batch.examples.size());
      uses[batch.source].examples += count;
      uses[batch.source].steps += 1;
      counted += count;
    }
    ++steps;
  }
  const double factor = steps > 0 ? static_cast<double>(sampler.steps()) / static_cast<double>(steps) : 1;
  for (SourceUse& use : uses) {
    use.examples *= factor;
    use.steps *= factor;
  }
  return uses;
}

std::string training_table(const Experiment& experiment, const Sampler& sampler,
                           const std::vector<std::string>& names, const std::vector<std::int64_t>& sizes) {
  const std::vector<SourceUse> uses = source_uses(sampler, names.size());
  const auto steps = static_cast<double>(sampler.steps());
  std::vector<std::vector<std::string>> rows = {{"", "examples", "per step", "passes"}};
  for (std::size_t s = 0; s < names.size(); ++s)
    rows.push_back({printable(std::filesystem::path(names[s]).filename().string()), grouped(sizes[s]),
                    short_number(uses[s].examples / steps),
                    short_number(uses[s].examples / static_cast<double>(sizes[s]))});
  return "Training\n" + number_table(rows) + "  " + plural(sampler.steps(), "step") + ": " +
         plural(sampler.steps_per_epoch(), "step") + " per epoch, " +
         plural(sampler.steps() / sampler.steps_per_epoch(), "epoch") + "\n  sampler " +
         experiment.sampler.string("method") + ", weighting " + experiment.weighting.string("method") +
         ", freeze policy " + experiment.freeze.string("policy") + "\n";
}

}  // namespace mtt

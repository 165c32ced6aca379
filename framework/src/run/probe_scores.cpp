#include "run/probe_scores.h"

#include <cmath>
#include <filesystem>

#include "eval/named_scores.h"
#include "io/terminal_text.h"
#include "model/tensor_file.h"
#include "run/probe_record.h"
#include "train/checkpoint.h"

namespace mtt {
std::vector<TaskScore> score_probes(const std::vector<HeadStart>& starts,
                                    const std::vector<HeldOut>& held_out, ExampleFiles& files,
                                    Session& session) {
  std::vector<HeldOut> probed;
  for (const HeldOut& item : held_out)
    if (starts[item.task].probe) probed.push_back(item);
  return probed.empty() ? std::vector<TaskScore>() : score_tasks(probed, files, session);
}

void start_heads(const std::vector<HeadStart>& starts, MultiTaskModel& model) {
  for (std::size_t t = 0; t < starts.size(); ++t)
    copy_into(starts[t].weights, model.tasks()[t].module().parameters(), "the start of a head");
}

void add_probes(std::vector<TaskScore>& scores, const std::vector<TaskScore>& probes) {
  for (TaskScore& score : scores) {
    score.probe.emplace();
    for (const TaskScore& probe : probes)
      if (probe.task == score.task && probe.file == score.file) score.probe = probe.metrics;
  }
}

void warn_below_probe(const std::vector<TaskScore>& scores, const Experiment& experiment,
                      Messages& messages) {
  const bool frozen = experiment.freeze.string("policy") == "backbone";
  const std::string advice =
      frozen ? "try a lower train.head_learning_rate, more epochs or a validation set, or keep the probe by "
               "removing [train]"
             : "try a lower train.learning_rate, more epochs or a validation set, or keep the probe with "
               "[freeze] policy = \"backbone\"";
  for (const TaskScore& score : scores) {
    if (!score.probe || score.probe->empty() || score.metrics.empty()) continue;
    const Metric &trained = score.metrics.front(), &probe = score.probe->front();
    const double lost = trained.higher_is_better ? probe.value - trained.value : trained.value - probe.value;
    if (!(lost * static_cast<double>(score.examples) > 1 + 1e-9)) continue;
    const std::string subject = score.task == kAllTasks ? score.task : "task '" + score.task + "'";
    messages.warn(subject + ": after training " + trained.name + " is " + formatted("%.4f", trained.value) +
                  " on " + printable(std::filesystem::path(score.file).filename().string()) +
                  ", below its probe's " + formatted("%.4f", probe.value) + "; " + advice);
  }
}

Value probes_json(const std::vector<HeadStart>& starts, const std::vector<TaskScore>& scores,
                  const MultiTaskModel& model) {
  Value all{Value::Table{}};
  for (std::size_t t = 0; t < starts.size(); ++t) {
    if (!starts[t].probe) continue;
    const std::string& name = model.tasks()[t].name;
    Value record = probe_json(*starts[t].probe);
    Value by_file{Value::Table{}};
    for (const TaskScore& score : scores)
      if (score.task == name) by_file.set(score.file, metrics_json(score.metrics));
    record.set("scores", std::move(by_file));
    all.set(name, std::move(record));
  }
  return all;
}

}  // namespace mtt

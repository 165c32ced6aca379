#include "run/run_text.h"

#include <filesystem>

#include "io/terminal_text.h"

namespace mtt {

std::string encoder_text(const Encoder& encoder) {
  const BackboneShape& shape = encoder.model->backbone().shape();
  std::int64_t parameters = 0;
  for (const auto& [name, tensor] : encoder.model->backbone().parameters()) parameters += tensor.numel();
  return "encoder  " + encoder.directory.path.string() + "\n         " +
         (encoder.serves_model_type ? encoder.directory.model_type : encoder.plugin) + ", " +
         std::to_string(shape.layers) + " layers, hidden size " + std::to_string(shape.hidden) + ", " +
         formatted("%.1f", static_cast<double>(parameters) / 1e6) + " million parameters, at most " +
         std::to_string(encoder.max_tokens) + " tokens, vectors of size " +
         std::to_string(encoder.model->modules().width()) +
         (encoder.model->modules().normalizes() ? ", normalised" : "") +
         (encoder.prompt.empty() ? "" : ", prompt " + Value(encoder.prompt).json()) + "\n";
}

std::string task_text(const TaskPlan& plan, const Experiment& experiment, ExampleFiles& files) {
  const std::string& asked = plan.config->options.string("init");
  const std::string& train = plan.files.train;
  const bool without_weights = plan.task.grouped() && plan.init == "none";
  std::string text = "task     " + plan.config->name + ": " + plan.task.plugin;
  if (!without_weights) text += ", init " + plan.init + (asked == plan.init ? "" : " (" + asked + ")");
  if (train.empty()) return text + ", no training examples\n";
  return text + (experiment.has_epochs() ? ", then trained" : "") + ", " +
         std::to_string(files.get(train).texts.size()) + " examples of " +
         printable(std::filesystem::path(train).filename().string()) + "\n";
}

std::string scores_text(const std::vector<TaskScore>& scores) {
  std::string text;
  for (const TaskScore& score : scores) text += "  " + score_text(score);
  return text;
}

std::string settled_text(const std::vector<bool>& settled, std::int64_t epochs, const MultiTaskModel& model) {
  std::string names;
  for (std::size_t t = 0; t < settled.size(); ++t)
    if (settled[t]) names += (names.empty() ? "" : ", ") + model.tasks()[t].name;
  return names.empty() ? ""
                       : "no optimizer steps for " + names +
                             (epochs == 0 ? ": [train] epochs is 0\n"
                                          : ": what the head reads is frozen and its loss is convex, so the "
                                            "fitted probe is already optimal\n");
}

std::string stopped_text(const TrainingOutcome& outcome) {
  return "stopped at step " + std::to_string(outcome.steps) + " of " + std::to_string(outcome.total_steps) +
         "; a checkpoint is saved, resume with --resume\n";
}

std::string trained_text(const TrainingOutcome& outcome) {
  std::string text =
      "trained " + std::to_string(outcome.steps) + " steps in " + formatted("%.1f", outcome.seconds) + " s";
  if (outcome.best)
    text += ", kept the best weights: " + outcome.best->name + " " + formatted("%.4f", outcome.best->value) +
            " at step " + std::to_string(outcome.best->step);
  return text + "\n";
}

std::vector<std::string> untrained_warnings(const std::vector<TaskPlan>& plans,
                                            const Experiment& experiment) {
  std::vector<std::string> warnings;
  for (const TaskPlan& plan : plans) {
    if (plan.init != "none" || plan.start || plan.task.grouped()) continue;
    if (experiment.has_epochs() && !plan.files.train.empty()) continue;
    warnings.push_back("task '" + plan.config->name +
                       "': its head has random weights, so its predictions are meaningless; " +
                       (plan.files.train.empty() ? "set train in [data] or in the task's table"
                        : experiment.trains      ? "leave out its init, or set epochs in [train] to 1 or more"
                                                 : "leave out its init, or add a [train] table"));
  }
  return warnings;
}

}  // namespace mtt

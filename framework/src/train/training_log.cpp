#include "train/training_log.h"

namespace mtt {

TrainingLog::TrainingLog(const std::filesystem::path& directory, std::vector<std::string> tasks,
                         std::int64_t steps_done, std::int64_t keep_bytes)
    : tasks_(std::move(tasks)),
      metrics_(directory / "metrics.jsonl", keep_bytes),
      events_(directory / "events", steps_done) {}

void TrainingLog::step(std::int64_t steps_done, const StepResult& result, double learning_rate_factor,
                       double gradient_norm) {
  Value losses{Value::Table{}}, weights{Value::Table{}};
  for (const std::size_t t : result.present) {
    losses.set(tasks_[t], result.losses[t]);
    weights.set(tasks_[t], result.weights[t]);
    events_.scalar("loss/" + tasks_[t], steps_done, result.losses[t]);
    events_.scalar("weight/" + tasks_[t], steps_done, result.weights[t]);
  }
  events_.scalar("learning_rate_factor", steps_done, learning_rate_factor);
  Value row(Value::Table{{"step", steps_done},
                         {"epoch", result.seen.epoch},
                         {"loss", std::move(losses)},
                         {"weight", std::move(weights)},
                         {"learning_rate_factor", learning_rate_factor},
                         {"gradient_norm", gradient_norm}});
  if (result.statistics) {
    Value norms{Value::Table{}}, cosines{Value::Table{}};
    for (std::size_t i = 0; i < tasks_.size(); ++i) {
      norms.set(tasks_[i], result.statistics->norms[i]);
      for (std::size_t j = i + 1; j < tasks_.size(); ++j)
        cosines.set(tasks_[i] + "," + tasks_[j], result.statistics->cosines[i][j]);
    }
    row.set("task_gradient_norm", std::move(norms));
    row.set("task_gradient_cosine", std::move(cosines));
  }
  metrics_.append(row);
}

void TrainingLog::scores(std::int64_t steps_done, const Scores& scores) {
  Value row{Value::Table{}};
  for (const auto& [name, value] : scores) {
    row.set(name, value);
    events_.scalar("dev/" + name, steps_done, value);
  }
  metrics_.append(Value::Table{{"step", steps_done}, {"dev", std::move(row)}});
}

}  // namespace mtt

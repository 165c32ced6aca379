#include "train/metric_recorder.h"

#include "train/training_step.h"

namespace mtt {
namespace {

constexpr const char* kBytes = "metrics_bytes";

}  // namespace

void MetricRecorder::begun(const TrainingBegun& event) {
  tasks_ = event.tasks;
  log_.emplace(file_, event.checkpoint ? event.checkpoint->at(kBytes).integer() : 0);
}

void MetricRecorder::step_done(const StepDone& event) {
  const StepResult& result = event.result;
  Value losses{Value::Table{}}, weights{Value::Table{}};
  for (const std::size_t t : result.present) {
    losses.set(tasks_[t], result.losses[t]);
    weights.set(tasks_[t], result.weights[t]);
  }
  Value row(Value::Table{{"step", event.step},
                         {"epoch", result.seen.epoch},
                         {"loss", std::move(losses)},
                         {"weight", std::move(weights)},
                         {"learning_rate_factor", event.learning_rate_factor},
                         {"gradient_norm", event.gradient_norm}});
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
  log_->append(row);
}

void MetricRecorder::evaluation_done(const EvaluationDone& event) {
  Value row{Value::Table{}};
  for (const auto& [name, value] : event.scores) row.set(name, value);
  log_->append(Value::Table{{"step", event.step}, {"dev", std::move(row)}});
}

void MetricRecorder::saving(Value& state) { state.set(kBytes, log_->position()); }

}  // namespace mtt

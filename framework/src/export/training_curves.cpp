#include "export/training_curves.h"

#include <algorithm>
#include <map>
#include <vector>

#include "eval/named_scores.h"
#include "report/line_chart.h"
#include "train/metric_log.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

/// Curves by name, in the order in which they begin.
class Curves {
 public:
  void add(const std::string& name, double step, const Value& value) {
    if (value.is(Value::Kind::null)) return;
    auto found =
        std::find_if(series_.begin(), series_.end(), [&](const Series& s) { return s.name == name; });
    if (found == series_.end()) found = series_.insert(series_.end(), {name, {}});
    found->points.emplace_back(step, value.number());
  }
  void add_all(const Value* table, double step) {
    if (!table) return;
    for (const auto& [name, value] : table->table()) add(name, step, value);
  }
  const std::vector<Series>& series() const { return series_; }

 private:
  std::vector<Series> series_;
};

/// "intent.accuracy" becomes "accuracy" in the figure of its task.
Series without_task(Series series) {
  const std::size_t task = task_of(series.name).size();
  if (task < series.name.size()) series.name.erase(0, task + 1);
  return series;
}

class TrainingFigures {
 public:
  explicit TrainingFigures(const ReportedRun& run) {
    if (const auto step = run.best_step()) {
      mark_ = static_cast<double>(*step);
      mark_name_ = "weights kept: step " + std::to_string(*step);
    }
    for (const Value& row : read_metric_log(run.directory / "metrics.jsonl")) add(row);
  }

  std::string markup() const {
    std::string figures;
    for (const Series& loss : loss_.series())
      figures += figure(loss.name + ": training loss", "loss", {loss});
    std::vector<std::pair<std::string, std::vector<Series>>> tasks;
    for (const Series& score : dev_.series()) {
      const std::string task(task_of(score.name));
      if (tasks.empty() || tasks.back().first != task) tasks.emplace_back(task, std::vector<Series>());
      tasks.back().second.push_back(without_task(score));
    }
    for (const auto& [task, scores] : tasks)
      figures += figure(task + ": scores on the validation set", "score", scores);
    figures += figure("Weight of each task", "weight", weight_.series()) +
               figure("Cosines between the tasks' gradients", "cosine", cosine_.series()) +
               figure("Norms of the tasks' gradients", "norm", norm_.series()) +
               figure("Learning rate, as a share of the highest", "share", rate_.series());
    return figures;
  }

 private:
  void add(const Value& row) {
    const auto step = static_cast<double>(row.at("step").integer());
    loss_.add_all(row.find("loss"), step);
    dev_.add_all(row.find("dev"), step);
    weight_.add_all(row.find("weight"), step);
    cosine_.add_all(row.find("task_gradient_cosine"), step);
    norm_.add_all(row.find("task_gradient_norm"), step);
    if (const Value* factor = row.find("learning_rate_factor")) rate_.add("learning rate", step, *factor);
  }

  std::string figure(const std::string& title, const std::string& y_name,
                     const std::vector<Series>& series) const {
    return line_chart({title, "step", y_name, series, mark_, mark_name_});
  }

  std::optional<double> mark_;
  std::string mark_name_;
  Curves loss_, dev_, weight_, cosine_, norm_, rate_;
};

}  // namespace

std::string training_curves(const ReportedRun& run) {
  if (std::error_code error; !fs::exists(run.directory / "metrics.jsonl", error)) return "";
  const std::string figures = TrainingFigures(run).markup();
  return figures.empty() ? "" : "<h3>Training</h3>\n<div class=\"charts\">\n" + figures + "</div>\n";
}

}  // namespace mtt

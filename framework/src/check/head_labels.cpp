#include "check/head_labels.h"

#include <cmath>
#include <set>
#include <string>

#include "data/label_names.h"
#include "eval/class_report.h"
#include "model/top_classes.h"
#include "mtt/error.h"
#include "mtt/label_set.h"

namespace mtt {
namespace {

bool named_as_loss(const std::string& metric) {
  for (const char* word : {"loss", "error", "perplexity"})
    if (metric.find(word) != std::string::npos) return true;
  return false;
}

}  // namespace

void check_declared(const HeadTrial& trial) {
  const LabelKind kind = trial.head().label_kind();
  const std::vector<std::string> names = trial.head().label_names();
  const LabelSet known(names);
  auto predictions = trial.decoded(trial.head(), trial.batch());
  require(predictions.size() == trial.labels().size(),
          "decode returns another number of predictions than labels");
  ClassReport classes;
  try {
    classes = class_report(kind, names, predictions, trial.labels());
  } catch (const Error& error) {
    throw Error("decode returns " + predictions[0].json() + "; label_kind declares " + label_kind_name(kind) +
                ": " + error.what());
  }
  for (const ClassScore& score : classes.classes)
    require(known.find(score.label).has_value(), "the class " + Value(score.label).json() +
                                                     " is not among label_names(), which are " +
                                                     known.value().json());
  require(trial.copy_of(trial.head())->label_names() == names,
          "after restore(state()) label_names() returns other names");
  add_top_classes(Task("check", trial.plugin().name, {}, trial.copy_of(trial.head()), true),
                  trial.logits(trial.head(), trial.batch()), kAllClasses, predictions);
  for (const Value& prediction : predictions)
    if (const Value* top = prediction.find("top"))
      for (const Value& entry : top->array()) {
        const double p = entry.at("score").number();
        require(p >= 0 && p <= 1 + kRounding,
                "probabilities returns " + std::to_string(p) + "; expected 0 to 1");
      }
}

void check_scores(const HeadTrial& trial, ContractReport& report) {
  const auto names = [](const std::vector<Metric>& metrics) {
    std::vector<std::string> names;
    for (const Metric& metric : metrics) names.push_back(metric.name);
    return names;
  };
  const auto predictions = trial.decoded(trial.head(), trial.batch());
  const auto metrics = trial.head().score(predictions, trial.labels());
  require(!metrics.empty(), "score returns no metric; the first one is the task's main metric");
  const auto all = names(metrics);
  require(std::set<std::string>(all.begin(), all.end()).size() == all.size(),
          "two metrics have the same name");
  for (const Metric& metric : metrics)
    require(!std::isinf(metric.value), "the metric '" + metric.name + "' is infinite");
  require(names(trial.head().score({}, {})) == all, "score returns other metric names without examples");
  require(names(trial.made()->score({}, {})) == all, "score returns other metric names before learn_labels");
  for (const Metric& metric : metrics)
    if (metric.higher_is_better && named_as_loss(metric.name))
      report.warn("the metric '" + metric.name +
                  "' is declared to be better if higher; if a lower value is better, write "
                  "Metric{name, value, /*higher_is_better=*/false}");
  for (std::size_t i = 0; i < trial.labels().size(); ++i)
    if (!trial.labels()[i].is(Value::Kind::null)) trial.head().right(predictions[i], trial.labels()[i]);
}

}  // namespace mtt

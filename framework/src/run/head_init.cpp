#include "run/head_init.h"

#include <algorithm>

#include "experiment/other_words.h"

namespace mtt {
namespace {

/// A closed form that is the optimum of a convex regression.
bool has_exact_form(const Task& task) {
  return task.convex() && task.loss_kind() == LossKind::regression && known_method(task, "ridge");
}

}  // namespace

bool known_method(const Task& task, const std::string& init) {
  if (task.grouped()) return false;
  const auto methods = task.initialisations();
  return std::find(methods.begin(), methods.end(), init) != methods.end();
}

bool uses_exact_form(const TaskPlan& plan) {
  return plan.init != "logistic" && has_exact_form(plan.task) && !plan.config->options.number_if("penalty");
}

std::string chosen_init(const TaskConfig& config, const Task& task, bool has_examples) {
  const std::string& init = config.options.string("init");
  if (init != "auto") return init;
  if (!has_examples) return "none";
  if (has_exact_form(task) && !config.options.number_if("penalty")) return "ridge";
  if (task.convex()) return "logistic";
  if (task.grouped()) return "none";
  const auto methods = task.initialisations();
  return methods.empty() ? "none" : methods.front();
}

bool starts_at_optimum(const TaskPlan& plan) {
  return plan.init == "logistic" || (plan.init == "ridge" && uses_exact_form(plan));
}

void check_init(const TaskConfig& config, const Task& task) {
  const std::string where = "[tasks." + config.name + "] ";
  const std::string& init = config.options.string("init");
  if (config.options.number_if("penalty") && !task.convex())
    config.options.value("penalty").refuse(where +
                                           "penalty needs a head that can be fitted as a probe, and '" +
                                           task.plugin + "' cannot be; remove it");
  if (config.options.number_if("penalty") && init == "ridge" && has_exact_form(task))
    config.options.value("penalty").refuse(where +
                                           "init = \"ridge\" chooses its own penalty; remove penalty, or "
                                           "write init = \"logistic\"");
  if (init == "auto" || init == "none" || (init == "logistic" && task.convex()) || known_method(task, init))
    return;
  const std::string own = own_word("init", init);
  std::string list = "\"auto\", \"none\"";
  if (task.convex()) list += ", \"logistic\"";
  for (const std::string& method : task.initialisations()) list += ", " + Value(method).json();
  config.options.value("init").refuse(where + "init is " + Value(init).json() + "; for the head '" +
                                      task.plugin + "' it is one of " + list +
                                      (own.empty() ? "" : "; did you mean " + Value(own).json() + "?"));
}

}  // namespace mtt

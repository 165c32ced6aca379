#include "run/probe_record.h"

#include "io/terminal_text.h"

namespace mtt {

std::string probe_text(const ProbeFit& fit) {
  if (fit.method != "logistic")
    return fit.method + " on " + std::to_string(fit.examples) + " examples, " +
           formatted("%.1f", fit.seconds) + " s";
  std::string text =
      "logistic, fitted on " + std::to_string(fit.examples) + " examples, C = " + formatted("%.4g", fit.c);
  if (!fit.trials.empty()) {
    text += " chosen by the loss on " + std::to_string(fit.held_out) +
            (fit.validation ? " examples of the validation set" : " held-out examples");
    if (fit.chosen_on + (fit.validation ? 0 : fit.held_out) < fit.examples)
      text += ", fitted on a sample of " + std::to_string(fit.chosen_on);
  }
  text += "; training loss " + formatted("%.4f", fit.loss) + ", " + formatted("%.1f", fit.seconds) + " s";
  return text + (fit.converged ? "" : "; not converged");
}

Value probe_json(const ProbeFit& fit) {
  Value record(Value::Table{{"method", fit.method}, {"examples", fit.examples}, {"seconds", fit.seconds}});
  if (fit.method != "logistic") return record;
  record.set("c", fit.c);
  record.set("loss", fit.loss);
  record.set("converged", fit.converged);
  return record;
}

}  // namespace mtt

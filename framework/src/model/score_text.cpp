#include "model/score_text.h"

#include <cmath>
#include <cstdio>
#include <filesystem>

#include "report/terminal_text.h"

namespace mtt {

std::string score_text(const TaskScore& score) {
  std::string text = padded(score.task, 12) + "  ";
  if (score.examples == 0) text += "no score  ";
  for (const Metric& metric : score.metrics) {
    char digits[32];
    std::snprintf(digits, sizeof digits, "%.4f", metric.value);
    text += metric.name + " " + (std::isfinite(metric.value) ? digits : "undefined") + "  ";
  }
  return text + "(" + std::to_string(score.examples) + " examples of " +
         printable(std::filesystem::path(score.file).filename().string()) + ")\n";
}

Value score_json(const TaskScore& score) {
  Value metrics{Value::Table{}};
  for (const Metric& metric : score.metrics)
    metrics.set(metric.name, std::isfinite(metric.value) ? Value(metric.value) : Value());
  return Value::Table{
      {"task", score.task}, {"file", score.file}, {"examples", score.examples}, {"metrics", metrics}};
}

}  // namespace mtt

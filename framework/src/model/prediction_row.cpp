#include "model/prediction_row.h"

#include <utility>

#include "data/text_keys.h"

namespace mtt {

Value task_predictions(const std::vector<Task>& tasks, const std::vector<std::vector<Value>>& predictions,
                       std::int64_t row) {
  Value all{Value::Table{}};
  for (std::size_t t = 0; t < tasks.size(); ++t) {
    Value prediction = predictions[t][row];
    if (prediction.is(Value::Kind::null)) continue;
    if (!tasks[t].trained && prediction.is(Value::Kind::table)) prediction.set("untrained", true);
    all.set(tasks[t].name, std::move(prediction));
  }
  return all;
}

Value prediction_row(const std::string& text, const std::optional<std::string>& second_text,
                     const std::vector<Task>& tasks, const std::vector<std::vector<Value>>& predictions,
                     std::int64_t row) {
  Value line(Value::Table{{"text", text}});
  if (second_text) line.set(kTextPair, *second_text);
  Value all = task_predictions(tasks, predictions, row);
  for (auto& [task, prediction] : all.table()) line.set(task, std::move(prediction));
  return line;
}

}  // namespace mtt

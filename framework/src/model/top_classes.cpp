#include "model/top_classes.h"

#include <ATen/TensorOperators.h>

#include <algorithm>
#include <numeric>

namespace mtt {

void add_top_classes(const Task& task, const at::Tensor& logits, std::int64_t count,
                     std::vector<Value>& predictions) {
  const std::vector<std::string> names = task.label_names();
  const at::Tensor given = task.probabilities(logits, predictions.size());
  if (!given.defined()) return;
  const auto classes = static_cast<std::int64_t>(names.size());
  const at::Tensor all = given.to(at::kDouble).contiguous();
  const double* row = all.const_data_ptr<double>();
  std::vector<std::int64_t> order(names.size());
  const std::int64_t kept = std::min(count, classes);
  for (Value& prediction : predictions) {
    std::iota(order.begin(), order.end(), std::int64_t{0});
    std::partial_sort(
        order.begin(), order.begin() + kept, order.end(),
        [row](std::int64_t a, std::int64_t b) { return row[a] != row[b] ? row[a] > row[b] : a < b; });
    Value::Array top;
    for (std::int64_t i = 0; i < kept; ++i)
      top.emplace_back(Value::Table{{"label", names[order[i]]}, {"score", row[order[i]]}});
    prediction.set("top", std::move(top));
    row += classes;
  }
}

}  // namespace mtt

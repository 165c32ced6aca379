#include "model/transformed_batch.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>

#include <cmath>

namespace mtt {

TransformedBatch transform_batch(const Task& task, const PackedBatch& batch,
                                 const std::vector<std::int64_t>& numbers, std::uint64_t seed,
                                 std::int64_t vocabulary) {
  TransformedBatch result{.batch = batch, .targets = at::empty({0}, at::kLong)};
  std::vector<at::Tensor> ids, targets;
  for (std::int64_t b = 0; b < batch.size(); ++b) {
    RandomStream random(seed, "example", static_cast<std::uint64_t>(numbers[b]));
    const TransformedInput changed = task.transform(batch.part(b, 1), vocabulary, random);
    ids.push_back(changed.ids);
    targets.push_back(changed.targets);
  }
  if (ids.empty()) return result;
  result.batch.ids = at::cat(ids);
  result.targets = at::cat(targets);
  return result;
}

std::vector<Value> target_labels(const at::Tensor& targets, const PackedBatch& batch, bool tokens) {
  const bool integers = !targets.is_floating_point();
  const at::Tensor values = targets.to(at::kDouble).contiguous();
  const double* value = values.const_data_ptr<double>();
  std::vector<Value> labels;
  for (std::int64_t b = 0; b < batch.size(); ++b) {
    Value::Array rows;
    for (std::int64_t i = 0; i < (tokens ? batch.length(b) : 1); ++i, ++value) {
      const bool none = integers ? *value == Head::kNoTarget : std::isnan(*value);
      rows.push_back(none ? Value() : integers ? Value(static_cast<std::int64_t>(*value)) : Value(*value));
    }
    labels.emplace_back(std::move(rows));
  }
  return labels;
}

}  // namespace mtt

#include "mtt/encoding.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/tensor.h>

namespace mtt {

void Groups::add(std::int64_t row, Role role) {
  rows.push_back(row);
  roles.push_back(role);
  ++starts.back();
}

void Groups::add_pair(std::int64_t first, std::int64_t second) {
  begin_group();
  add(first, Role::first);
  add(second, Role::second);
}

Groups Groups::without(Role role) const {
  Groups result;
  for (std::int64_t g = 0; g < size(); ++g) {
    result.begin_group();
    for (std::int64_t i = starts[g]; i < starts[g + 1]; ++i)
      if (roles[i] != role) result.add(rows[i], roles[i]);
  }
  return result;
}

at::Tensor Groups::pick(const at::Tensor& vectors, Role role) const {
  std::vector<std::int64_t> picked;
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (roles[i] == role) picked.push_back(rows[i]);
  const auto count = static_cast<std::int64_t>(picked.size());
  if (count == 0) return vectors.narrow(0, 0, 0);
  const std::int64_t step = count > 1 ? picked[1] - picked[0] : 1;
  bool even = step > 0;
  for (std::int64_t i = 1; even && i < count; ++i) even = picked[i] - picked[i - 1] == step;
  if (even) return vectors.slice(0, picked.front(), picked.back() + 1, step);
  return vectors.index_select(0, at::tensor(picked, vectors.options().dtype(at::kLong)));
}

}  // namespace mtt

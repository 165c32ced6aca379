#include "probe/head_features.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/isnan.h>
#include <ATen/ops/tensor.h>

namespace mtt {

at::Tensor rows_with_target(const at::Tensor& targets) {
  at::Tensor known =
      targets.is_floating_point() ? at::isnan(targets).logical_not() : targets.ne(Head::kNoTarget);
  if (known.dim() > 1) known = known.all(1);
  return known.nonzero().squeeze(1);
}

Encoding FeaturePart::encoding(const Reads& reads, at::ScalarType type) const {
  Encoding encoding{.batch = batch};
  (reads.unit == Reads::Unit::token ? encoding.tokens : encoding.sentences) = features.to(type);
  encoding.groups = groups;
  return encoding;
}

at::Tensor HeadFeatures::leading() const {
  return groups.size() > 0 ? groups.pick(features, Role::first) : features;
}

FeaturePart HeadFeatures::part(std::int64_t first, std::int64_t last) const {
  const std::int64_t from = starts[first], count = starts[last] - from;
  FeaturePart part{.batch = {}, .groups = {}, .features = {}, .targets = targets.narrow(0, from, count)};
  if (groups.size() == 0) {
    part.features = features.narrow(0, from, count);
    for (std::int64_t e = first; e < last; ++e) part.batch.offsets.push_back(starts[e + 1] - from);
    return part;
  }
  const std::int64_t begin = groups.starts[from], end = groups.starts[from + count];
  part.features = features.narrow(0, begin, end - begin);
  for (std::int64_t row = begin; row < end; ++row) part.batch.offsets.push_back(row + 1 - begin);
  for (std::int64_t g = from; g < from + count; ++g) {
    part.groups.begin_group();
    for (std::int64_t i = groups.starts[g]; i < groups.starts[g + 1]; ++i)
      part.groups.add(i - begin, groups.roles[i]);
  }
  return part;
}

HeadFeatures HeadFeatures::selected(const std::vector<std::int64_t>& places) const {
  HeadFeatures result;
  std::vector<std::int64_t> rows, inputs;
  for (const std::int64_t place : places) {
    result.examples.push_back(examples[place]);
    for (std::int64_t row = starts[place]; row < starts[place + 1]; ++row) {
      rows.push_back(row);
      if (groups.size() == 0) continue;
      result.groups.begin_group();
      for (std::int64_t i = groups.starts[row]; i < groups.starts[row + 1]; ++i) {
        result.groups.add(static_cast<std::int64_t>(inputs.size()), groups.roles[i]);
        inputs.push_back(i);
      }
    }
    result.starts.push_back(static_cast<std::int64_t>(rows.size()));
  }
  result.features = features.index_select(0, at::tensor(groups.size() == 0 ? rows : inputs, at::kLong));
  result.targets = targets.index_select(0, at::tensor(rows, at::kLong));
  return result;
}

}  // namespace mtt

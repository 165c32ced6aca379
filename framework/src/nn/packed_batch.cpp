#include "mtt/packed_batch.h"

#include <ATen/TensorOperators.h>

namespace mtt {

std::vector<LengthGroup> PackedBatch::length_groups() const {
  std::vector<LengthGroup> groups;
  for (std::int64_t b = 0; b < size(); ++b) {
    const std::int64_t n = length(b);
    if (!groups.empty() && groups.back().length == n && groups.back().first + groups.back().count == b)
      ++groups.back().count;
    else
      groups.push_back({b, 1, n});
  }
  return groups;
}

PackedBatch PackedBatch::part(std::int64_t first, std::int64_t count) const {
  const std::int64_t from = offsets[first], to = offsets[first + count];
  const auto tokens_of = [&](const at::Tensor& all) {
    return all.defined() ? all.narrow(0, from, to - from) : at::Tensor();
  };
  PackedBatch part;
  part.ids = tokens_of(ids);
  part.type_ids = tokens_of(type_ids);
  part.positions = tokens_of(positions);
  part.text = tokens_of(text);
  part.word = tokens_of(word);
  if (row.defined()) part.row = tokens_of(row) - first;
  if (starts.defined()) part.starts = starts.narrow(0, first, count + 1) - from;
  part.offsets.clear();
  for (std::int64_t b = first; b <= first + count; ++b) part.offsets.push_back(offsets[b] - from);
  part.prompt_lengths.assign(prompt_lengths.begin() + first, prompt_lengths.begin() + first + count);
  part.chars.assign(chars.begin() + from, chars.begin() + to);
  if (!second_texts.empty())
    part.second_texts.assign(second_texts.begin() + first, second_texts.begin() + first + count);
  part.texts.assign(texts.begin() + first, texts.begin() + first + count);
  return part;
}

PackedBatch PackedBatch::to(at::Device device) const {
  PackedBatch moved = *this;
  for (at::Tensor* tensor :
       {&moved.ids, &moved.type_ids, &moved.positions, &moved.row, &moved.text, &moved.word, &moved.starts})
    if (tensor->defined()) *tensor = tensor->to(device);
  return moved;
}

}  // namespace mtt

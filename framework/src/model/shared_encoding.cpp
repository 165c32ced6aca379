#include "model/shared_encoding.h"

#include <algorithm>

namespace mtt {

void SharedEncoding::run_to(std::vector<std::int64_t> layers) {
  std::sort(layers.begin(), layers.end());
  for (const std::int64_t layer : layers) {
    if (hidden_.contains(layer)) continue;
    auto above = hidden_.upper_bound(layer);
    if (above == hidden_.begin()) above = std::next(hidden_.emplace(0, backbone_.embed(inputs_.batch)).first);
    const std::int64_t from = std::prev(above)->first;
    const at::Tensor hidden = std::prev(above)->second;
    if (from < layer) hidden_[layer] = backbone_.layers(hidden, inputs_.batch, from, layer);
  }
}

void SharedEncoding::run_for(const std::vector<const Task*>& tasks) {
  std::vector<std::int64_t> layers;
  for (const Task* task : tasks)
    if (task->reads_tokens() || !made_sentences(task->reading).defined())
      layers.push_back(layer_of(task->reading));
  run_to(std::move(layers));
}

at::Tensor SharedEncoding::made_sentences(const Reading& reading) const {
  for (const auto& [known, vectors] : sentences_)
    if (known == reading) return vectors;
  return {};
}

at::Tensor SharedEncoding::sentences(const Reading& reading) {
  at::Tensor made = made_sentences(reading);
  if (made.defined()) return made;
  const at::Tensor& hidden = tokens(layer_of(reading));
  if (reading.pooling) {
    made = reading.pooling->forward(hidden, inputs_.batch);
    if (reading.normalize) made = normalized(made);
  } else {
    made = modules_.forward(hidden, inputs_.batch, reading.normalize);
  }
  sentences_.emplace_back(reading, made);
  return made;
}

Encoding SharedEncoding::read(const Task& task) {
  const auto leading = [](const at::Tensor& all, std::int64_t count) {
    return all.size(0) == count ? all : all.narrow(0, 0, count);
  };
  const Reads reads = task.reads();
  Encoding encoding{.batch = inputs_.read_by(task)};
  if (reads.unit == Reads::Unit::token)
    encoding.tokens = leading(tokens(layer_of(task.reading)), encoding.batch.tokens());
  else
    encoding.sentences = leading(sentences(task.reading), encoding.batch.size());
  if (reads.grouped)
    encoding.groups = reads.negatives ? inputs_.groups : inputs_.groups.without(Role::negative);
  return encoding;
}

}  // namespace mtt

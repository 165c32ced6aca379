#include "model/shared_encoding.h"

#include <algorithm>

#include "plugin/plugin_call.h"

namespace mtt {

void SharedEncoding::run_to(std::vector<std::int64_t> layers) {
  std::sort(layers.begin(), layers.end());
  for (const std::int64_t layer : layers) {
    if (hidden_.contains(layer)) continue;
    auto above = hidden_.upper_bound(layer);
    if (above == hidden_.begin()) {
      const at::Tensor embedded =
          call_plugin(backbone_call("embed"), [&] { return backbone_.embed(batch_); });
      above = std::next(hidden_.emplace(0, embedded).first);
    }
    const std::int64_t from = std::prev(above)->first;
    const at::Tensor hidden = std::prev(above)->second;
    if (from < layer)
      hidden_[layer] =
          call_plugin(backbone_call("layers"), [&] { return backbone_.layers(hidden, batch_, from, layer); });
  }
}

at::Tensor SharedEncoding::sentences(const Reading& reading) {
  for (const auto& [known, vectors] : sentences_)
    if (known == reading) return vectors;
  const at::Tensor& hidden = tokens(reading.layer_in(backbone_.shape().layers));
  at::Tensor made;
  if (reading.pooling) {
    made = reading.pooling->forward(hidden, batch_);
    if (reading.normalize) made = normalized(made);
  } else {
    made = modules_.forward(hidden, batch_, reading.normalize);
  }
  sentences_.emplace_back(reading, made);
  return made;
}

Encoding SharedEncoding::read(const Reading& reading, const Reads& reads, const Groups& groups) {
  Encoding encoding{.batch = batch_};
  if (reads.unit == Reads::Unit::token)
    encoding.tokens = tokens(reading.layer_in(backbone_.shape().layers));
  else
    encoding.sentences = sentences(reading);
  if (reads.grouped) encoding.groups = reads.negatives ? groups : groups.without(Role::negative);
  return encoding;
}

Encoding leading_inputs(const Encoding& encoding, const PackedBatch& leading) {
  if (leading.size() == encoding.batch.size()) return encoding;
  const auto first = [](const at::Tensor& all, std::int64_t count) {
    return all.defined() ? all.narrow(0, 0, count) : at::Tensor();
  };
  return {.batch = leading,
          .tokens = first(encoding.tokens, leading.tokens()),
          .sentences = first(encoding.sentences, leading.size())};
}

}  // namespace mtt

#include "model/multi_task_model.h"

#include <algorithm>
#include <map>

#include "mtt/error.h"

namespace mtt {
namespace {

/// The hidden states of one forward pass at the layers that somebody reads, and the sentence vectors made of
/// them, each computed once.
class SharedEncoding {
 public:
  SharedEncoding(const Backbone& backbone, const SentenceModules& modules, const TokenBatch& batch)
      : backbone_(backbone), modules_(modules), batch_(batch) {}

  void run_to(std::vector<std::int64_t> layers) {
    std::sort(layers.begin(), layers.end());
    at::Tensor hidden = backbone_.embed(batch_);
    std::int64_t at = 0;
    for (const std::int64_t layer : layers) {
      if (layer > at) hidden = backbone_.layers(hidden, batch_, at, layer);
      at = layer;
      hidden_[layer] = hidden;
    }
  }

  const at::Tensor& tokens(std::int64_t layer) const { return hidden_.at(layer); }

  at::Tensor sentences(std::int64_t layer, const std::optional<Pooling>& pooling, bool normalize) {
    if (pooling) {
      const at::Tensor pooled = pooling->forward(tokens(layer), batch_);
      return normalize ? normalized(pooled) : pooled;
    }
    auto& known = pooled_[{layer, normalize}];
    if (!known.defined()) known = modules_.forward(tokens(layer), batch_, normalize);
    return known;
  }

 private:
  const Backbone& backbone_;
  const SentenceModules& modules_;
  const TokenBatch& batch_;
  std::map<std::int64_t, at::Tensor> hidden_;
  std::map<std::pair<std::int64_t, bool>, at::Tensor> pooled_;
};

std::int64_t layer_of(const Reading& reading, std::int64_t depth) {
  return reading.layer < 0 ? depth : reading.layer;
}

Encoding read(SharedEncoding& shared, const Reading& reading, Level level, std::int64_t depth) {
  const std::int64_t layer = layer_of(reading, depth);
  if (level == Level::token) return {.tokens = shared.tokens(layer), .sentences = {}};
  return {.tokens = {}, .sentences = shared.sentences(layer, reading.pooling, reading.normalize)};
}

}  // namespace

MultiTaskModel::MultiTaskModel(std::unique_ptr<Backbone> backbone, std::unique_ptr<SentenceModules> modules)
    : backbone_(std::move(backbone)), modules_(std::move(modules)) {}

void MultiTaskModel::add(Task task) {
  for (const Task& other : tasks_)
    if (other.name == task.name) throw Error("two tasks are named '" + task.name + "'; names must differ");
  tasks_.push_back(std::move(task));
}

std::int64_t MultiTaskModel::feature_width(const Reading& reading, Level level) const {
  const std::int64_t depth = backbone_->shape().layers;
  if (reading.layer > depth) {
    throw Error("layer " + std::to_string(reading.layer) + " is beyond the backbone's " +
                std::to_string(depth) + " layers; expected 0 to " + std::to_string(depth) +
                ", or -1 for the last");
  }
  const std::int64_t hidden = backbone_->shape().hidden;
  if (level == Level::token) return hidden;
  return reading.pooling ? hidden * static_cast<std::int64_t>(reading.pooling->modes.size())
                         : modules_->width();
}

Outputs MultiTaskModel::forward(const TokenBatch& batch, bool want_sentences, bool want_logits) const {
  const std::int64_t depth = backbone_->shape().layers;
  std::vector<std::int64_t> layers;
  if (want_sentences) layers.push_back(depth);
  if (want_logits)
    for (const Task& task : tasks_) layers.push_back(layer_of(task.reading, depth));

  SharedEncoding shared(*backbone_, *modules_, batch);
  shared.run_to(std::move(layers));
  Outputs outputs;
  if (want_sentences) outputs.sentences = shared.sentences(depth, std::nullopt, modules_->normalizes());
  if (want_logits)
    for (const Task& task : tasks_)
      outputs.logits.push_back(task.head->forward(read(shared, task.reading, task.head->level(), depth)));
  return outputs;
}

std::vector<Encoding> MultiTaskModel::encode_for(const std::vector<std::pair<Reading, Level>>& readers,
                                                 const TokenBatch& batch) const {
  const std::int64_t depth = backbone_->shape().layers;
  std::vector<std::int64_t> layers;
  for (const auto& [reading, level] : readers) layers.push_back(layer_of(reading, depth));
  SharedEncoding shared(*backbone_, *modules_, batch);
  shared.run_to(std::move(layers));
  std::vector<Encoding> encodings;
  for (const auto& [reading, level] : readers) encodings.push_back(read(shared, reading, level, depth));
  return encodings;
}

}  // namespace mtt

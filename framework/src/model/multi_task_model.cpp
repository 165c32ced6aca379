#include "model/multi_task_model.h"

#include <algorithm>

#include "model/parameter_name.h"
#include "mtt/error.h"

namespace mtt {

MultiTaskModel::MultiTaskModel(std::unique_ptr<Backbone> backbone, std::unique_ptr<SentenceModules> modules)
    : backbone_(std::move(backbone)), modules_(std::move(modules)) {}

void MultiTaskModel::add(Task task) {
  for (const Task& other : tasks_)
    if (other.name == task.name) throw Error("two tasks are named '" + task.name + "'; names must differ");
  tasks_.push_back(std::move(task));
}

std::int64_t MultiTaskModel::token_width(const Reading& reading) const {
  const std::int64_t depth = backbone_->shape().layers;
  if (reading.layer > depth) {
    throw Error("layer " + std::to_string(reading.layer) + " is beyond the backbone's " +
                std::to_string(depth) + " layers; expected 0 to " + std::to_string(depth) +
                ", or -1 for the last");
  }
  return backbone_->shape().hidden;
}

std::int64_t MultiTaskModel::sentence_width(const Reading& reading) const {
  const std::int64_t hidden = token_width(reading);
  return reading.pooling ? hidden * static_cast<std::int64_t>(reading.pooling->modes.size())
                         : modules_->width();
}

bool MultiTaskModel::reads_single_texts() const {
  return std::any_of(tasks_.begin(), tasks_.end(),
                     [](const Task& task) { return task.reads_single_texts(); });
}

Outputs MultiTaskModel::forward(const ModelInput& input, bool want_sentences, bool want_logits) const {
  const std::int64_t depth = backbone_->shape().layers;
  const auto takes_part = [&](const Task& task) {
    if (task.grouped()) return input.groups.size() > 0;
    return task.joint(input.second_texts) == input.joint;
  };
  std::vector<std::int64_t> layers;
  if (want_sentences) layers.push_back(depth);
  if (want_logits)
    for (const Task& task : tasks_)
      if (takes_part(task)) layers.push_back(task.reading.layer_in(depth));

  SharedEncoding shared(*backbone_, *modules_, input.batch);
  shared.run_to(std::move(layers));
  const std::int64_t texts = input.texts.size() > 0 ? input.texts.size() : input.batch.size();
  Outputs outputs;
  if (want_sentences)
    outputs.sentences =
        shared.sentences({.pooling = {}, .normalize = modules_->normalizes()}).narrow(0, 0, texts);
  if (!want_logits) return outputs;
  for (const Task& task : tasks_) {
    at::Tensor& logits = outputs.logits.emplace_back();
    if (!takes_part(task)) continue;
    const Encoding encoding = shared.read(task.reading, task.reads(), input.groups);
    logits = task.forward(leading_inputs(encoding, input.read_by(task)));
  }
  return outputs;
}

void MultiTaskModel::train(bool on) {
  backbone_->train(on);
  modules_->train(on);
  for (Task& task : tasks_) task.module().train(on);
}

std::vector<nn::NamedParameter> MultiTaskModel::parameters() const {
  std::vector<nn::NamedParameter> all;
  const auto append = [&](std::string_view prefix, const nn::Module& module) {
    for (auto& [name, tensor] : module.parameters()) all.push_back({std::string(prefix) + name, tensor});
  };
  append(kBackbonePrefix, *backbone_);
  append(kModulesPrefix, *modules_);
  for (const Task& task : tasks_) append(std::string(kHeadsPrefix) + task.name + ".", task.module());
  return all;
}

std::vector<Encoding> MultiTaskModel::encode_for(const std::vector<const Task*>& tasks,
                                                 const PackedBatch& batch, const Groups& groups) const {
  const std::int64_t depth = backbone_->shape().layers;
  std::vector<std::int64_t> layers;
  for (const Task* task : tasks) layers.push_back(task->reading.layer_in(depth));
  SharedEncoding shared(*backbone_, *modules_, batch);
  shared.run_to(std::move(layers));
  std::vector<Encoding> encodings;
  for (const Task* task : tasks) encodings.push_back(shared.read(task->reading, task->reads(), groups));
  return encodings;
}

}  // namespace mtt

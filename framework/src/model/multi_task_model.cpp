#include "model/multi_task_model.h"

#include <algorithm>

#include "model/parameter_name.h"
#include "model/shared_encoding.h"
#include "mtt/error.h"

namespace mtt {

MultiTaskModel::MultiTaskModel(GuardedBackbone backbone, std::unique_ptr<SentenceModules> modules)
    : backbone_(std::move(backbone)), modules_(std::move(modules)) {}

void MultiTaskModel::add(Task task) {
  for (const Task& other : tasks_)
    if (other.name == task.name) throw Error("two tasks are named '" + task.name + "'; names must differ");
  tasks_.push_back(std::move(task));
}

std::int64_t MultiTaskModel::token_width(const Reading& reading) const {
  const std::int64_t depth = backbone_.shape().layers;
  if (reading.layer > depth) {
    throw Error("layer " + std::to_string(reading.layer) + " is beyond the backbone's " +
                std::to_string(depth) + " layers; expected 0 to " + std::to_string(depth) +
                ", or -1 for the last");
  }
  return backbone_.shape().hidden;
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

bool MultiTaskModel::reads_pairs() const {
  return std::any_of(tasks_.begin(), tasks_.end(), [](const Task& task) { return task.reads_pairs(); });
}

Outputs MultiTaskModel::forward(const SharedInputs& inputs, const std::vector<const Task*>& tasks,
                                const OwnVectors& own) const {
  SharedEncoding shared(backbone_, *modules_, inputs);
  shared.run_for(tasks);
  Outputs outputs;
  const std::int64_t last = backbone_.shape().layers;
  if (own.sentences || own.tokens) shared.run_to({last});
  if (own.sentences) {
    const Reading reading{.pooling = {}, .normalize = own.normalize.value_or(modules_->normalizes())};
    outputs.sentences = shared.sentences(reading).narrow(0, 0, inputs.leading().size());
  }
  if (own.tokens) outputs.tokens = shared.tokens(last).narrow(0, 0, inputs.leading().tokens());
  for (const Task* task : tasks) outputs.logits.push_back(task->forward(shared.read(*task)));
  return outputs;
}

void MultiTaskModel::train(bool on) {
  backbone_.module().train(on);
  modules_->train(on);
  for (Task& task : tasks_) task.module().train(on);
}

std::vector<nn::NamedParameter> MultiTaskModel::parameters() const {
  std::vector<nn::NamedParameter> all;
  const auto append = [&](std::string_view prefix, const nn::Module& module) {
    for (auto& [name, tensor] : module.parameters()) all.push_back({std::string(prefix) + name, tensor});
  };
  append(kBackbonePrefix, backbone_.module());
  append(kModulesPrefix, *modules_);
  for (const Task& task : tasks_) append(std::string(kHeadsPrefix) + task.name + ".", task.module());
  return all;
}

std::vector<Encoding> MultiTaskModel::encode_for(const std::vector<const Task*>& tasks,
                                                 const SharedInputs& inputs) const {
  SharedEncoding shared(backbone_, *modules_, inputs);
  shared.run_for(tasks);
  std::vector<Encoding> encodings;
  for (const Task* task : tasks) encodings.push_back(shared.read(*task));
  return encodings;
}

}  // namespace mtt

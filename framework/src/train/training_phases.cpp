#include "train/training_phases.h"

#include "freeze/frontier.h"
#include "mtt/error.h"

namespace mtt {

TrainingPhases::TrainingPhases(const TrainingJob& job, AdamW& optimizer, TrainingStep& step,
                               TrainingObserver& observer)
    : job_(job),
      optimizer_(optimizer),
      step_(step),
      observer_(observer),
      backbone_(job.model.backbone().parameters()),
      schedule_(freeze_schedule(job.policy, own_layers(backbone_),
                                {job.sampler.steps_per_epoch(), job.sampler.steps()})),
      caches_(job.model, job.sources, job.cache, job.directory, job.model_key, job.threads,
              job.settings.tokens_per_forward) {}

void TrainingPhases::follow(std::int64_t step) {
  if (schedule_->phase(step) != phase_) enter(step);
}

void TrainingPhases::enter(std::int64_t step) {
  phase_ = schedule_->phase(step);
  std::int64_t tensors = 0, count = 0;
  for (auto& [name, tensor] : job_.model.parameters()) {
    const bool learns = phase_->trains(name);
    if (!learns) tensor.mutable_grad().reset();
    tensor.set_requires_grad(learns);
    if (!learns) continue;
    ++tensors;
    count += tensor.numel();
  }
  if (tensors == 0) throw Error("[freeze] no parameter is trainable; choose another policy");
  const std::int64_t dropped = optimizer_.forget_frozen();
  step_.parameters_changed();
  job_.model.train(false);
  const std::int64_t begun = phase_->first_epoch * job_.sampler.steps_per_epoch();
  caches_.follow((job_.sampler.steps() - begun) * job_.settings.batch_size, observer_);
  step_.set_prefix(caches_.plans(), caches_.views());
  const std::int64_t depth = job_.model.backbone().shape().layers;
  observer_.phase_entered({.step = step,
                           .name = phase_->name,
                           .tensors = tensors,
                           .parameters = count,
                           .frontier = frontier(backbone_, depth),
                           .layers = depth,
                           .dropped = dropped,
                           .unbalanced = unbalanced()});
}

std::vector<std::string> TrainingPhases::unbalanced() const {
  std::vector<std::string> names;
  const auto& tasks = job_.model.tasks();
  if (tasks.size() < 2) return names;
  for (std::size_t t = 0; t < tasks.size(); ++t)
    if (!step_.balanced()[t]) names.push_back(tasks[t].name);
  return names;
}

}  // namespace mtt

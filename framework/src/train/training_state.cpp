#include "train/training_state.h"

#include <tuple>
#include <utility>

#include "model/tensor_file.h"
#include "mtt/error.h"
#include "mtt/weighting/per_task.h"
#include "train/training_observer.h"

namespace mtt {
namespace {

constexpr const char* kFreezing = "auto_freeze";
constexpr const char* kFirst = ".first_moment";
constexpr const char* kSecond = ".second_moment";

}  // namespace

Value TrainingState::numbers(std::int64_t step, TrainingObserver& observer) const {
  Value steps{Value::Table{}};
  for (const AdamW* each : {&optimizer, &weighting_optimizer})
    for (const AdamW::Slot& slot : each->slots())
      if (slot.first_moment.defined()) steps.set(slot.name, slot.steps);
  Value state(Value::Table{{"step", step},
                           {"threads", job.threads},
                           {"data", job.data_key},
                           {"held_out", job.held_out_key},
                           {"model", job.model_key},
                           {"sampler", job.sampler.state()},
                           {"weighting", job.weighting.state()},
                           {"optimizer_steps", std::move(steps)},
                           {"loss_sums", per_task::to_value(means.sums)},
                           {"loss_steps", per_task::to_value(means.steps)},
                           {"early_stopping", stopping.state()}});
  observer.saving(state);
  state.set("probes", job.probes);
  if (Value phases = freezing.state(); !phases.is(Value::Kind::null)) state.set(kFreezing, std::move(phases));
  return state;
}

Checkpoint TrainingState::save(std::int64_t step, TrainingObserver& observer) const {
  Checkpoint checkpoint{.step = step, .state = numbers(step, observer), .tensors = {}};
  checkpoint.tensors["model"] = saved_parameters(job);
  for (auto& [name, tensor] : job.weighting.module().parameters())
    checkpoint.tensors["weighting"].push_back({name, tensor});
  auto& moments = checkpoint.tensors["optimizer"];
  for (const AdamW* each : {&optimizer, &weighting_optimizer}) {
    for (const AdamW::Slot& slot : each->slots()) {
      if (!slot.first_moment.defined()) continue;
      moments.push_back({slot.name + kFirst, slot.first_moment});
      moments.push_back({slot.name + kSecond, slot.second_moment});
    }
  }
  if (checkpoint.state.find(kFreezing)) checkpoint.tensors[kFreezing] = freezing.tensors();
  return checkpoint;
}

void TrainingState::restore(Checkpoint& checkpoint, const std::string& folder) const {
  const Value& state = checkpoint.state;
  for (const auto& [key, now, what] : {std::tuple{"data", &job.data_key, "training examples are"},
                                       std::tuple{"held_out", &job.held_out_key, "held-out examples are"}})
    if (state.at(key).string() != *now)
      throw Error(folder + ": the " + what +
                  " not those of the checkpoint; start a new run in another output directory");
  if (state.at("model").string() != job.model_key)
    throw Error(folder +
                ": the encoder is not that of the checkpoint; start a new run in another output directory");
  copy_into(checkpoint.tensors["model"], job.model.parameters(), folder);
  copy_into(checkpoint.tensors["weighting"], job.weighting.module().parameters(), folder);
  job.sampler.restore(state.at("sampler"));
  job.weighting.restore(state.at("weighting"));
  means.sums = per_task::from_value(state.at("loss_sums"), means.sums.size());
  means.steps = per_task::from_value(state.at("loss_steps"), means.steps.size());
  stopping.restore(state.at("early_stopping"));
  if (!freezing.state().is(Value::Kind::null))
    freezing.restore(state.at(kFreezing), checkpoint.tensors[kFreezing]);

  const auto moment = [&](const std::string& name) {
    for (const auto& [saved, tensor] : checkpoint.tensors["optimizer"])
      if (saved == name) return tensor;
    throw Error(folder + ": there is no tensor '" + name + "' in the checkpoint");
  };
  for (AdamW* each : {&optimizer, &weighting_optimizer}) {
    for (AdamW::Slot& slot : each->slots()) {
      const Value* steps = state.at("optimizer_steps").find(slot.name);
      if (!steps) continue;
      slot.steps = steps->integer();
      slot.first_moment = moment(slot.name + kFirst);
      slot.second_moment = moment(slot.name + kSecond);
    }
  }
}

std::vector<nn::NamedParameter> saved_parameters(const TrainingJob& job) {
  std::vector<nn::NamedParameter> saved;
  for (auto& parameter : job.model.parameters())
    if (job.policy.ever_trains(parameter.name)) saved.push_back(parameter);
  return saved;
}

}  // namespace mtt

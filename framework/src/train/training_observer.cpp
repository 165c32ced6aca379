#include "train/training_observer.h"

namespace mtt {
namespace {

template <class... Parameters, class... Arguments>
void tell(const std::vector<TrainingObserver*>& observers, void (TrainingObserver::*event)(Parameters...),
          Arguments&... arguments) {
  for (TrainingObserver* observer : observers) (observer->*event)(arguments...);
}

}  // namespace

void ObserverList::checkpoint_damaged(const std::string& problem) {
  tell(observers_, &TrainingObserver::checkpoint_damaged, problem);
}
void ObserverList::begun(const TrainingBegun& event) { tell(observers_, &TrainingObserver::begun, event); }
void ObserverList::phase_entered(const PhaseEntered& event) {
  tell(observers_, &TrainingObserver::phase_entered, event);
}
void ObserverList::caching(const CacheProgress& event) {
  tell(observers_, &TrainingObserver::caching, event);
}
void ObserverList::cache_built(const CacheBuilt& event) {
  tell(observers_, &TrainingObserver::cache_built, event);
}
void ObserverList::step_done(const StepDone& event) { tell(observers_, &TrainingObserver::step_done, event); }
void ObserverList::evaluation_done(const EvaluationDone& event) {
  tell(observers_, &TrainingObserver::evaluation_done, event);
}
void ObserverList::epoch_done(const EpochDone& event) {
  tell(observers_, &TrainingObserver::epoch_done, event);
}
void ObserverList::saving(Value& state) { tell(observers_, &TrainingObserver::saving, state); }
void ObserverList::checkpoint_saved(std::int64_t step) {
  tell(observers_, &TrainingObserver::checkpoint_saved, step);
}
void ObserverList::stopped_early(const StoppedEarly& event) {
  tell(observers_, &TrainingObserver::stopped_early, event);
}
void ObserverList::steps_ended() { tell(observers_, &TrainingObserver::steps_ended); }
void ObserverList::best_undefined(const std::string& score) {
  tell(observers_, &TrainingObserver::best_undefined, score);
}

}  // namespace mtt

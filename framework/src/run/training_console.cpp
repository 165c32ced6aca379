#include "run/training_console.h"

#include <cmath>
#include <filesystem>

#include "io/terminal_text.h"
#include "train/training_step.h"

namespace mtt {
namespace {

constexpr double kBytesPerMb = 1 << 20;

std::string or_dash(double value) { return std::isfinite(value) ? formatted("%.4f", value) : "-"; }

}  // namespace

void TrainingConsole::say(const std::string& text) {
  if (steps_) steps_->clear();
  messages_.say(text);
}

void TrainingConsole::warn(const std::string& text) {
  if (steps_) steps_->clear();
  messages_.warn(text);
}

void TrainingConsole::checkpoint_damaged(const std::string& problem) { warn(problem); }

void TrainingConsole::begun(const TrainingBegun& event) {
  tasks_ = event.tasks;
  first_step_ = event.step;
  total_steps_ = event.total_steps;
  if (!event.resumes) return;
  if (!event.checkpoint) {
    say("there is no checkpoint yet; the training starts from the beginning\n");
    return;
  }
  if (event.threads_before != event.threads)
    warn("the run had " + std::to_string(event.threads_before) + " threads and has " +
         std::to_string(event.threads) + " now; results may differ in the last digits");
  say("resuming at step " + std::to_string(event.step) + " of " + std::to_string(event.total_steps) + "\n");
}

void TrainingConsole::phase_entered(const PhaseEntered& event) {
  say("step " + std::to_string(event.step) + "  " + event.name + ": " + std::to_string(event.tensors) +
      " tensors with " + formatted("%.3f", static_cast<double>(event.parameters) / 1e6) +
      " million parameters are trainable; " +
      (event.frontier < 0 ? "no layer runs without gradients"
                          : "embeddings and " + std::to_string(event.frontier) + " of " +
                                std::to_string(event.layers) + " layers run without gradients") +
      (event.dropped > 0
           ? "; the optimizer state of " + std::to_string(event.dropped) + " frozen tensors was dropped"
           : "") +
      "\n");
  say_unbalanced(event.unbalanced);
  if (steps_) return;
  steps_ = messages_.progress("training", total_steps_ - first_step_);
  start_ = Clock::now();
}

void TrainingConsole::say_unbalanced(const std::vector<std::string>& tasks) {
  std::string names;
  for (const std::string& task : tasks) names += (names.empty() ? "'" : ", '") + task + "'";
  if (!names.empty() && names != unbalanced_)
    say("there are no shared trainable parameters below " + names +
        ", so there is nothing to balance there: the weight is 1\n");
  unbalanced_ = names;
}

void TrainingConsole::caching(const CacheProgress& event) {
  if (!caching_) caching_ = messages_.progress("caching", event.texts);
  caching_->update(event.done, event.share);
}

void TrainingConsole::cache_built(const CacheBuilt& event) {
  caching_.reset();
  say("cache  " + std::to_string(event.kept) + " of " + std::to_string(event.texts) +
      (event.pairs ? " pairs of " : " texts of ") +
      printable(std::filesystem::path(event.file).filename().string()) + ", " +
      formatted("%.1f", static_cast<double>(event.bytes) / kBytesPerMb) + " MB" +
      (event.found         ? ", found on disk"
       : event.was_damaged ? ", computed again because the file on disk was damaged"
                           : "") +
      "\n");
}

void TrainingConsole::step_done(const StepDone& event) {
  examples_ += event.examples;
  std::string note;
  for (std::size_t t = 0; t < tasks_.size(); ++t)
    if (std::isfinite(event.result.losses[t]))
      note += (note.empty() ? "loss " : " ") + tasks_[t] + " " + formatted("%.3f", event.result.losses[t]);
  const double seconds = std::chrono::duration<double>(Clock::now() - start_).count();
  note += formatted("  %.0f sentences/s", static_cast<double>(examples_) / seconds);
  const std::int64_t done = event.step - first_step_;
  steps_->update(done, static_cast<double>(done) / static_cast<double>(total_steps_ - first_step_), note);
}

void TrainingConsole::evaluation_done(const EvaluationDone& event) {
  scores_.clear();
  for (const auto& [name, value] : main_scores(event.scores))
    scores_ += "  " + name + " " + (std::isfinite(value) ? formatted("%.4f", value) : "undefined");
}

void TrainingConsole::epoch_done(const EpochDone& event) {
  std::string text = "epoch " + std::to_string(event.epoch) + "/" + std::to_string(event.epochs) + "  loss";
  for (std::size_t t = 0; t < tasks_.size(); ++t) text += "  " + tasks_[t] + " " + or_dash(event.losses[t]);
  say(text + (scores_.empty() ? "" : "  dev" + scores_) + "\n");
  for (const std::string& task : event.idle)
    warn("task '" + task + "': in epoch " + std::to_string(event.epoch) +
         " none of the drawn examples had a target for its head, so it was not trained");
}

void TrainingConsole::stopped_early(const StoppedEarly& event) {
  say("stopped early at step " + std::to_string(event.step) + " of " + std::to_string(event.total_steps) +
      ": no better " + event.best + " in the last " + std::to_string(event.patience) + " evaluations\n");
}

void TrainingConsole::steps_ended() { steps_.reset(); }

void TrainingConsole::best_undefined(const std::string& score) {
  warn("the score \"" + score + "\" was undefined at every evaluation, so the last weights are kept");
}

}  // namespace mtt

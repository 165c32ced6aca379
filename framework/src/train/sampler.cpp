#include "train/sampler.h"

#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "mtt/error.h"

namespace mtt {
namespace {

void check_files(const SamplerSettings& settings, const std::vector<SourceSize>& sources) {
  if (sources.empty()) throw Error("there are no training files");
  if (settings.mix_examples && settings.method == SamplingMethod::all)
    throw Error("[sampler] mixing = \"examples\" has no effect with method = \"all\"; remove it");
  std::set<std::string_view> names;
  std::int64_t total = 0;
  for (const auto& [name, examples] : sources) {
    if (examples < 1) throw Error("the training file '" + name + "' has no examples");
    if (!names.insert(name).second) throw Error("the training file '" + name + "' occurs twice");
    if (__builtin_add_overflow(total, examples, &total))
      throw Error("the training files have more examples than can be counted");
  }
}

}  // namespace

Sampler::Sampler(const SamplerSettings& settings, std::vector<SourceSize> sources, std::int64_t batch_size,
                 std::int64_t steps_per_epoch, std::int64_t epochs, std::uint64_t seed)
    : batch_size_(batch_size), epochs_(epochs) {
  if (batch_size < 1)
    throw Error("the batch size is " + std::to_string(batch_size) + "; expected at least 1");
  if (epochs < 1) throw Error("training has " + std::to_string(epochs) + " epochs; expected at least 1");
  if (steps_per_epoch < 0)
    throw Error("an epoch has " + std::to_string(steps_per_epoch) +
                " steps; expected at least 1, or 0 for as many as all examples need");
  check_files(settings, sources);
  SamplingFacts facts{.settings = settings,
                      .sizes = {},
                      .batch_size = batch_size,
                      .steps_per_epoch = steps_per_epoch,
                      .epochs = epochs,
                      .seed = seed};
  for (SourceSize& source : sources) {
    facts.sizes.push_back(source.examples);
    sources_.emplace_back(std::move(source), seed);
  }
  const SamplingRow& method = sampling_method(settings.method);
  if (steps_per_epoch == 0) facts.steps_per_epoch = method.natural_epoch(facts);
  steps_per_epoch_ = facts.steps_per_epoch;
  check_length();
  choice_ = Choice(method.make(std::move(facts)));
  check_short_files();
}

void Sampler::check_length() const {
  std::int64_t examples = 0;
  if (__builtin_mul_overflow(steps_per_epoch_, epochs_, &examples) ||
      __builtin_mul_overflow(examples, batch_size_, &examples))
    throw Error("training takes " + std::to_string(epochs_) + " epochs of " +
                std::to_string(steps_per_epoch_) + " steps of " + std::to_string(batch_size_) +
                " examples, more than can be counted; lower one of them");
}

void Sampler::check_short_files() const {
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    const Passes& source = sources_[i];
    if (source.size() >= batch_size_ || choice_->ends_with_pass(i)) continue;
    throw Error("the training file '" + source.name() + "' has " + std::to_string(source.size()) +
                " examples, fewer than the batch size of " + std::to_string(batch_size_) +
                "; lower the batch size to " + std::to_string(source.size()) +
                " or less, or use [sampler] method = \"proportional\", which takes short batches");
  }
}

std::vector<double> Sampler::probabilities(std::int64_t epoch) const {
  if (epoch < 0 || epoch >= epochs_)
    throw Error("there is no epoch " + std::to_string(epoch) + "; training has " + std::to_string(epochs_) +
                ", from 0");
  return choice_->probabilities(epoch);
}

bool Sampler::every_source_in_a_step() const { return choice_->every_file(); }

std::vector<SourceBatch> Sampler::next() {
  if (step_ >= steps()) throw Error("all " + std::to_string(steps()) + " steps of the sampler are taken");
  const std::vector<std::int64_t> counts = choice_->counts(step_, sources_);
  std::vector<SourceBatch> batches;
  for (std::size_t i = 0; i < counts.size(); ++i)
    if (counts[i] > 0) batches.push_back({i, sources_[i].take(counts[i])});
  ++step_;
  return batches;
}

Value Sampler::state() const {
  Value::Array sources;
  for (const Passes& source : sources_)
    sources.emplace_back(
        Value::Table{{"name", source.name()}, {"examples", source.size()}, {"taken", source.taken()}});
  return Value::Table{{"step", step_}, {"sources", std::move(sources)}};
}

void Sampler::restore(const Value& state) {
  const Value& step = state.at("step");
  if (step.integer() < 0 || step.integer() > steps())
    step.refuse("the sampler was at step " + step.json() + ", and training has " + std::to_string(steps()) +
                " steps");
  const Value::Array& found = state.at("sources").array();
  if (found.size() != sources_.size())
    state.refuse("the sampler had " + std::to_string(found.size()) + " training files, and now there are " +
                 std::to_string(sources_.size()) + "; resume with the same data");
  std::vector<std::int64_t> taken;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const Passes& source = sources_[i];
    const Value& name = found[i].at("name");
    const Value& examples = found[i].at("examples");
    if (name.string() != source.name() || examples.integer() != source.size())
      name.refuse("the sampler's training file " + std::to_string(i + 1) + " was " + name.json() + " with " +
                  examples.json() + " examples, and now is " + Value(source.name()).json() + " with " +
                  std::to_string(source.size()) + "; resume with the same data");
    const Value& count = found[i].at("taken");
    if (count.integer() < 0 || count.integer() > step.integer() * batch_size_)
      count.refuse("the sampler cannot have taken " + count.json() + " examples of " + name.json() + " in " +
                   step.json() + " steps");
    taken.push_back(count.integer());
  }
  step_ = step.integer();
  for (std::size_t i = 0; i < taken.size(); ++i) sources_[i].continue_after(taken[i]);
}

}  // namespace mtt

// Which training files a step takes examples of.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "train/passes.h"
#include "train/sampler_settings.h"

namespace mtt {

/// What a sampling method decides on.
struct SamplingFacts {
  SamplerSettings settings;
  std::vector<std::int64_t> sizes;  ///< examples of each file
  std::int64_t batch_size = 1, steps_per_epoch = 1, epochs = 1;
  std::uint64_t seed = 1;

  std::int64_t steps() const { return steps_per_epoch * epochs; }
};

/// A sampling method at work.
class SourceChoice {
 public:
  explicit SourceChoice(SamplingFacts facts) : facts_(std::move(facts)) {}
  virtual ~SourceChoice() = default;
  virtual std::unique_ptr<SourceChoice> clone() const = 0;

  /// How many examples a step (0, 1, ...) takes of each file, of which `files` says what was taken before.
  virtual std::vector<std::int64_t> counts(std::int64_t step, const std::vector<Passes>& files) = 0;
  /// The share of each file in an epoch, as expected where it is drawn.
  virtual std::vector<double> probabilities(std::int64_t epoch) const = 0;
  /// Whether batches of a file end where its pass does, so that it may be smaller than a batch.
  virtual bool ends_with_pass(std::size_t /*file*/) const { return false; }
  /// Whether every step takes examples of every file.
  virtual bool every_file() const { return facts_.sizes.size() == 1; }

 protected:
  SourceChoice(const SourceChoice&) = default;
  SourceChoice& operator=(const SourceChoice&) = default;
  const SamplingFacts& facts() const { return facts_; }

 private:
  SamplingFacts facts_;
};

/// A method of [sampler].
struct SamplingRow {
  SamplingMethod method;
  std::string name;
  std::string summary;            ///< what the name does not say; may be empty
  std::vector<std::string> keys;  ///< of [sampler] that it reads
  /// Steps of an epoch in which, where that is possible, all examples are taken once.
  std::int64_t (*natural_epoch)(const SamplingFacts&);
  std::unique_ptr<SourceChoice> (*make)(SamplingFacts);
};

/// All methods, in the order of the documentation and of SamplingMethod.
const std::vector<SamplingRow>& sampling_methods();

const SamplingRow& sampling_method(SamplingMethod method);

}  // namespace mtt

// Which examples an optimizer step takes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "mtt/value.h"
#include "train/passes.h"
#include "train/sampler_settings.h"
#include "train/source_choice.h"

namespace mtt {

/// Examples of one source, as indices into it.
struct SourceBatch {
  std::size_t source = 0;
  std::vector<std::int64_t> examples;

  bool operator==(const SourceBatch&) const = default;
};

/// The order in which training sees its examples. A value: a copy goes on by itself.
///
/// Examples of a source come in passes without replacement. A batch that a pass cannot fill takes the rest
/// from the next pass, except that
/// - with `proportional` a pass ends with a short batch, so that a round takes every example exactly once;
/// - with `all`, so does a pass of a source that takes exactly an epoch's steps: of the largest source, where
///   the epoch is the natural one;
/// - with `unimax`, the last batch of a source at its limit is short.
///
/// The natural epoch is ceil(largest N / batch) steps with `all`, a round with `proportional`, and as many
/// steps as there are full batches in all sources together with the others. A given `steps_per_epoch` says
/// only where epochs end; rounds and passes go on across it.
class Sampler {
 public:
  /// steps_per_epoch 0: the natural epoch. No source, an empty one, a name that is there twice, a source that
  /// would have to be repeated within one batch, or `unimax` with more steps than its limits allow throws
  /// Error.
  Sampler(const SamplerSettings& settings, std::vector<SourceSize> sources, std::int64_t batch_size,
          std::int64_t steps_per_epoch, std::int64_t epochs, std::uint64_t seed);

  std::int64_t steps_per_epoch() const { return steps_per_epoch_; }
  std::int64_t steps() const { return steps_per_epoch_ * epochs_; }  ///< of all epochs
  std::int64_t step() const { return step_; }                        ///< the next one: 0, 1, ...

  /// The share of each source in the examples of an epoch, as expected where it is drawn; sum 1. Epochs count
  /// from 0.
  std::vector<double> probabilities(std::int64_t epoch) const;

  /// The batches of the next step, one a source, sources ascending. After the last step throws Error.
  std::vector<SourceBatch> next();

  /// True where every step takes examples of every source, as gradient weightings need.
  bool every_source_in_a_step() const;

  /// The exact position; `restore` goes on from it, or throws Error where the sources are not the same.
  Value state() const;
  void restore(const Value& state);

 private:
  /// A method that is copied with the sampler.
  class Choice {
   public:
    Choice() = default;
    explicit Choice(std::unique_ptr<SourceChoice> choice) : choice_(std::move(choice)) {}
    Choice(const Choice& other) : choice_(other.choice_->clone()) {}
    Choice(Choice&&) = default;
    Choice& operator=(Choice other) {
      choice_ = std::move(other.choice_);
      return *this;
    }
    ~Choice() = default;
    SourceChoice* operator->() const { return choice_.get(); }

   private:
    std::unique_ptr<SourceChoice> choice_;
  };

  void check_length() const;
  void check_short_files() const;

  std::int64_t batch_size_, epochs_;
  std::int64_t steps_per_epoch_ = 0;
  std::int64_t step_ = 0;
  std::vector<Passes> sources_;
  Choice choice_;
};

}  // namespace mtt

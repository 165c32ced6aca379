// Which examples an optimizer step takes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "mtt/options.h"
#include "mtt/value.h"

namespace mtt {

/// How examples are shared out among sources; N_i is the size of source i.
enum class SamplingMethod {
  all,           ///< every step takes a batch of every source
  proportional,  ///< every example once a round, in shuffled order: p_i ∝ N_i without replacement
  uniform,       ///< p_i = 1/K
  temperature,   ///< p_i ∝ N_i^(1/T)
  annealed,      ///< p_i ∝ N_i^α, α = 1 - 0.8 e/(E-1) in epoch e of E (Stickland and Murray 2019)
  capped,        ///< p_i ∝ min(N_i, cap)^(1/T) (Raffel et al. 2020, section 3.5.2)
  unimax         ///< as uniform as at most `max_epochs` passes allow (Chung et al. 2023)
};

/// The keys of [sampler].
struct SamplerSettings {
  SamplingMethod method = SamplingMethod::all;
  double temperature = 2;       ///< T of `temperature` and `capped`
  std::int64_t cap = 0;         ///< of `capped`, in examples
  std::int64_t max_epochs = 4;  ///< of `unimax`, in passes over a source
  bool mix_examples = false;    ///< true: the examples of a step are drawn from all sources; false: from one

  /// Takes what `sampler_options` declares. Keys that do not go together throw Error with their place.
  static SamplerSettings read(const Options& options);
};

OptionList sampler_options();

/// p_i ∝ N_i^alpha: 1 is proportional, 0 uniform. At least one size, all positive.
std::vector<double> power_probabilities(const std::vector<std::int64_t>& sizes, double alpha);

/// UniMax (Chung et al. 2023, algorithm 1) in whole examples: from the smallest source on, each gets an equal
/// part of what is left of `budget`, but at most max_epochs · N_i. The sum is below `budget` only where every
/// source is at its limit.
std::vector<std::int64_t> unimax_budgets(const std::vector<std::int64_t>& sizes, std::int64_t budget,
                                         std::int64_t max_epochs);

/// A file of examples that tasks learn from.
struct SourceSize {
  std::string name;  ///< unique; its permutations depend on it
  std::int64_t examples = 0;
};

/// Examples of one source, as indices into it.
struct SourceBatch {
  std::size_t source = 0;
  std::vector<std::int64_t> examples;
};

/// The order in which training sees its examples. A value: a copy goes on by itself.
///
/// Examples of a source come in passes without replacement; pass r is a permutation of its own, drawn from
/// (seed, name, r), so that no other source changes it. A batch that a pass cannot fill takes the rest from
/// the next pass, except that
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
  struct Source {
    std::string name;
    std::int64_t size = 0;
    std::int64_t taken = 0;  ///< examples taken so far
    std::int64_t plan = 0;   ///< of `unimax`: batches, or examples where they are mixed, in all steps
    std::int64_t pass = -1;  ///< the pass that `order` is
    std::vector<std::int64_t> order = {};
  };

  std::vector<std::int64_t> sizes() const;
  std::int64_t round_steps() const;
  std::int64_t natural_epoch() const;
  bool exact(const Source& source) const;
  void check(const std::vector<SourceSize>& sources) const;
  void plan_unimax();

  std::vector<std::int64_t> counts_of_step();
  std::vector<std::int64_t> counts_of_round();
  std::vector<std::int64_t> drawn_counts();
  std::int64_t left_in_pass(const Source& source) const { return source.size - source.taken % source.size; }
  std::int64_t batch_of(const Source& source) const;
  std::vector<std::int64_t> take(Source& source, std::int64_t count);

  SamplerSettings settings_;
  std::vector<Source> sources_;
  std::int64_t batch_size_;
  std::int64_t epochs_;
  std::uint64_t seed_;
  std::int64_t steps_per_epoch_ = 0;
  std::int64_t step_ = 0;
  std::int64_t round_ = -1;               ///< of `proportional`: the round that `round_order_` is
  std::vector<std::size_t> round_order_;  ///< the source of each batch, or example, of the round
};

}  // namespace mtt

// How a training samples its examples: the keys of [sampler], read once.
#pragma once

#include <cstdint>

#include "mtt/options.h"

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

}  // namespace mtt

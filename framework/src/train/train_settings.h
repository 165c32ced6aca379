// How a training runs: the keys of [train], read once.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mtt/options.h"
#include "mtt/precision.h"
#include "mtt/value.h"

namespace mtt {

/// The keys of [train].
OptionList train_options();

/// AdamW's constants.
struct AdamWSettings {
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
};

/// An entry of [train.learning_rates].
struct LearningRateRule {
  std::string selector;
  Value rate;  ///< a number of at least 0, with its place in the file
};

/// How far a step moves each parameter.
struct OptimizerSettings {
  AdamWSettings adamw;
  double learning_rate = 0;                  ///< of the topmost layer
  std::optional<double> head_learning_rate;  ///< of heads and adapters; none: automatic
  std::vector<LearningRateRule> rules;       ///< the last one that selects a parameter decides
  double layer_decay = 1, weight_decay = 0;
  std::string schedule;  ///< a name of Schedule
  double warm_up = 0;    ///< share of all steps
  double clip_norm = 0;  ///< infinite: gradients are not clipped
};

/// Which weights are kept, and when training stops early.
struct SelectionSettings {
  std::string best;                 ///< "mean", or "<task>.<metric>"
  std::int64_t patience = 0;        ///< evaluations without a new best; 0: training never stops early
  std::int64_t evaluate_every = 0;  ///< steps; 0: once per epoch
};

/// The keys of [train].
struct TrainSettings {
  std::int64_t epochs = 1;
  std::int64_t steps_per_epoch = 0;     ///< 0: as many as the sampler needs for all examples
  std::int64_t batch_size = 1;          ///< examples per step from each training file
  std::int64_t tokens_per_forward = 1;  ///< of a micro-batch, about
  OptimizerSettings optimizer;
  SelectionSettings selection;
  std::optional<double> dropout;                 ///< of the backbone; none: its own
  Precision matmul_precision = Precision::fp32;  ///< of the backbone's products
  std::int64_t save_every = 0;                   ///< steps between checkpoints; 0: once per epoch
  std::int64_t statistics_every = 0;             ///< steps between gradient statistics; 0: never

  /// Takes what `train_options` declares. A negative dropout other than -1 or a negative learning rate
  /// throws Error with its place.
  static TrainSettings read(const Options& train);
};

}  // namespace mtt

// Which rate and which decay each parameter learns with.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "train/adamw.h"
#include "train/train_settings.h"

namespace mtt {

/// For each task the root mean square of the values that its head reads.
using HeadScales = std::map<std::string, double, std::less<>>;

/// A slot for every parameter of a model: heads and adapters at `head_learning_rate` (automatic: 0.001, for a
/// head divided by the size of what it reads, so that logits move equally fast whatever its scale); the
/// backbone's layer l of n at learning_rate · layer_decay^(n-1-l), its embeddings at learning_rate ·
/// layer_decay^n; dense layers after pooling at learning_rate; then the rules of [train.learning_rates].
/// Biases and normalisations are not decayed. A selector that names nothing throws Error.
std::vector<AdamW::Slot> parameter_groups(const std::vector<nn::NamedParameter>& parameters,
                                          const OptimizerSettings& settings, std::int64_t layers,
                                          const HeadScales& feature_rms = {});

}  // namespace mtt

// Digests by which --resume and caches know what a training began with.
#pragma once

#include <string>
#include <vector>

#include "data/examples.h"
#include "model/encoder.h"
#include "run/scores.h"
#include "train/training_data.h"

namespace mtt {

/// Of the encoder's weights without adapters, its configuration, token limit and prompt.
std::string model_key(const Encoder& encoder);

/// Of the training examples: tokens and labels.
std::string data_key(const std::vector<TrainingSource>& sources);

/// Of the held-out examples: texts and labels.
std::string held_out_key(const std::vector<HeldOut>& held_out, ExampleFiles& files);

}  // namespace mtt

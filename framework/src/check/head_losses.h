// Checks of what a head learns from: targets, losses and gradients. What is wrong throws Error.
#pragma once

#include "check/head_trial.h"

namespace mtt {

/// One row of targets per row of logits, and a count above zero.
void check_targets(const HeadTrial& trial);

/// The loss of a batch is the sum of those of its parts, as is the count.
void check_loss(const HeadTrial& trial);

/// Examples without labels have no count and no loss.
void check_without_labels(const HeadTrial& trial);

/// A gradient reaches every parameter and the features.
void check_gradients(const HeadTrial& trial);

}  // namespace mtt

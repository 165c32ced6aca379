// Checks of what a head gives: logits and predictions. What is wrong throws Error.
#pragma once

#include "check/head_trial.h"

namespace mtt {

/// One row of logits per input, token or group, independent of the other examples.
void check_logits(const HeadTrial& trial);

/// One prediction each, as JSON.
void check_predictions(const HeadTrial& trial);

/// Predictions of long inputs, of inputs without words, and of none.
void check_long_and_empty(const HeadTrial& trial);

/// Predictions of several threads at once are those of one.
void check_threads(const HeadTrial& trial);

/// A head that was saved and loaded gives the same.
void check_saving(const HeadTrial& trial);

}  // namespace mtt

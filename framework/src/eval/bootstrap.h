// Confidence intervals over the examples of a test set.
#pragma once

#include <vector>

#include "eval/example_counts.h"

namespace mtt {

/// The micro-F1 (the accuracy if each example is one decision) in 1,000 samples of the examples, drawn with
/// replacement (Efron 1979). The draws depend only on the number of examples, so the samples of two models on
/// the same test set are paired. Empty without examples.
std::vector<double> bootstrap_scores(const ExampleCounts& counts);

/// Half the width of the 95 % percentile interval of these values; NaN if there are none.
double percentile_half(std::vector<double> values);

}  // namespace mtt

// Confidence intervals over the examples of a test set.
#pragma once

#include <vector>

#include "eval/example_counts.h"

namespace mtt {

/// The micro-F1 (of hits: the accuracy) in 1,000 samples of the examples, drawn with replacement (Efron
/// 1979). The draws depend on the number of examples alone, so the samples of two models on one test set are
/// paired. Empty without examples.
std::vector<double> bootstrap_scores(const ExampleCounts& counts);

/// Half the width of the 95 % percentile interval of these values; NaN of none.
double percentile_half(std::vector<double> values);

}  // namespace mtt

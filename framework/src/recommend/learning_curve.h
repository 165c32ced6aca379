// A score with all training examples, predicted from scores with some of them.
#pragma once

namespace mtt {

/// Numbers of training examples: those used in the comparison, a smaller number of these, and all.
struct ExampleSizes {
  double fewer = 0;  ///< 0: not measured
  double used = 0;
  double all = 0;
};

/// Assumes that the logarithm of the error is linear in the logarithm of the number of examples. The error is
/// 1 − score, or the value of a lower-is-better metric. The prediction is the measured score if all examples
/// were used, if the error is 0, negative or unknown, or if it was not higher with fewer examples.
double predicted_score(double with_fewer, double with_used, const ExampleSizes& sizes, bool higher_is_better);

}  // namespace mtt

// A score with all training examples, predicted from scores with some of them.
#pragma once

namespace mtt {

/// Numbers of training examples: those of the comparison, fewer of them, and all that there are.
struct ExampleSizes {
  double fewer = 0;  ///< 0: not measured
  double used = 0;
  double all = 0;
};

/// The logarithm of the error is taken to be linear in the logarithm of the number of examples. The error of
/// a score is 1 − score, that of a lower-is-better metric is its value. More examples never raise the error:
/// if it was not higher with fewer examples, if it is not above 0 or unknown, or if all examples were used,
/// the prediction is the score that was measured.
double predicted_score(double with_fewer, double with_used, const ExampleSizes& sizes, bool higher_is_better);

}  // namespace mtt

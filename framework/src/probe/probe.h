// Probes: the optimum of a convex head on features that do not change.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "probe/head_features.h"

namespace mtt {

/// How a head is fitted.
struct ProbeSettings {
  std::optional<double> penalty;  ///< scikit-learn's `C`; none: chosen
  std::int64_t threads = 1;       ///< the result does not depend on it
};

/// A penalty that was tried.
struct PenaltyTrial {
  double c = 0;
  double loss = 0;  ///< the mean loss on examples that were held out
};

/// How a fit went.
struct ProbeFit {
  std::string method = "logistic";   ///< or the closed form that is the optimum: "ridge"
  double c = 0;                      ///< the penalty, as scikit-learn's `C`
  std::vector<PenaltyTrial> trials;  ///< empty where the penalty was given, or nothing could be held out
  std::int64_t examples = 0;         ///< with a target
  std::int64_t chosen_on = 0;        ///< examples on which the tried penalties were fitted
  std::int64_t held_out = 0;         ///< examples on which they were compared
  bool validation = false;           ///< these are those of the validation set
  double loss = 0;                   ///< the mean training loss at the optimum, without the penalty
  std::int64_t evaluations = 0;      ///< of the loss on all training examples, at the end
  bool converged = true;
  double seconds = 0;      ///< with the pass for the features, if it was made for this fit
  double feature_rms = 0;  ///< root mean square of the values that the head reads
};

/// Fits a convex head: the sum of its loss over the training examples plus |weights|² / (2 C), biases left
/// free, minimised by L-BFGS through the head's `forward` and `loss`, with dropout off, from zero; float32
/// brings it near the optimum, float64 there. The parameters get it as float32.
///
/// Without a penalty five values of C are tried, 3 to 300 divided by the mean squared length of the centred
/// features, and compared by the loss on the validation set or, without one, on a fifth of the training
/// examples, drawn class by class. The largest C whose loss is within 1.5 % of the lowest is taken: the loss
/// grows by over-confidence before predictions get worse. Where that would be long, they are tried on a
/// sample. `strata` name the class of each training example in `train`. A loss that is not finite throws
/// Error.
ProbeFit fit_probe(Task& task, const HeadFeatures& train, const std::vector<std::string>& strata,
                   const HeadFeatures* validation, const ProbeSettings& settings);

}  // namespace mtt

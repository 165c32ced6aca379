// Whether an encoder of reduced precision is close enough to the one in fp32.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "mtt/value.h"

namespace mtt {

constexpr std::int64_t kMinGateTexts = 1000;
constexpr double kMinCosineMean = 0.998, kMinCosineQuantile = 0.99;

/// The cosines between the vectors of the same texts in fp32 and in the reduced precision.
struct CosineFigures {
  std::int64_t texts = 0;
  double mean = 0;
  double quantile = 0;  ///< of 0.1 %, interpolated
  double smallest = 0;
  /// The share of texts whose nearest other text is the same in both; NaN: unknown.
  double same_nearest = std::numeric_limits<double>::quiet_NaN();
};

/// `cosines` of at least one text.
CosineFigures cosine_figures(std::vector<double> cosines);

/// The first metric of a task, or of the similarity of pairs, in both precisions.
struct ScorePair {
  std::string task, file, metric;
  std::int64_t examples = 0;
  double fp32 = 0, reduced = 0;
  bool higher_is_better = true;
  bool is_similarity = false;    ///< of sentence vectors, without a head
  std::int64_t equal = 0;        ///< decisions that are the same, of `predictions`
  std::int64_t predictions = 0;  ///< 0 where they are numbers

  /// Of 1, or of the fp32 value where lower is better; negative: a gain.
  double loss() const;
};

/// What was compared.
struct PrecisionGate {
  CosineFigures cosines;
  std::vector<ScorePair> scores;
};

/// Why the reduced precision is refused; nothing: it is accepted. The rules: at least 1,000 texts; the cosine
/// is at least 0.998 in the mean and 0.99 at the 0.1 % quantile; Spearman's correlation of similarities is at
/// most 0.003 lower; the score of a head is at most 0.002 lower on at least 500 examples, and on fewer, where
/// the score is too coarse, at least 99.5 % of the predictions are equal. Gains are accepted. A score of 0 in
/// fp32 is refused, because it cannot show a loss; one that is undefined in fp32 is left out.
std::vector<std::string> gate_failures(const PrecisionGate& gate);

/// Throws Error with all failures, if there are any.
void require_gate(const PrecisionGate& gate, const std::string& precision);

/// {"texts": ..., "cosine_mean": ..., "cosine_quantile": ..., "cosine_min": ..., "same_nearest": ...,
/// "scores": [...], "failures": [...]}; undefined values are null.
Value gate_json(const PrecisionGate& gate);

/// The figures as lines for a reader.
std::string gate_text(const PrecisionGate& gate);

}  // namespace mtt

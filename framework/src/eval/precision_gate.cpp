#include "eval/precision_gate.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

#include "io/terminal_text.h"
#include "mtt/error.h"

namespace mtt {
namespace {

constexpr double kQuantile = 0.001;
constexpr double kMaxSimilarityLoss = 0.003, kMaxLoss = 0.002;
constexpr double kRounding = 1e-9;  ///< of differences of scores
constexpr std::int64_t kManyExamples = 500;
constexpr double kMinEqual = 0.995;

std::string score_text_of(double value) {
  return std::isfinite(value) ? formatted("%.4f", value) : "undefined";
}

Value number_or_null(double value) { return std::isfinite(value) ? Value(value) : Value(); }

bool has_few_examples(const ScorePair& score) {
  return score.predictions > 0 && score.examples < kManyExamples;
}

double equal_share(const ScorePair& score) {
  return static_cast<double>(score.equal) / static_cast<double>(score.predictions);
}

std::string score_name(const ScorePair& score) { return score.task + " " + score.metric; }

/// "63 of 64 predictions"
std::string counted(const ScorePair& score) {
  return std::to_string(score.equal) + " of " + std::to_string(score.predictions) + " predictions";
}

std::string too_few_equal(const ScorePair& score) {
  const bool all =
      static_cast<double>(score.predictions - 1) < kMinEqual * static_cast<double>(score.predictions);
  return "task '" + score.task + "': " + counted(score) + " are equal to those in fp32; expected " +
         (all ? "all, or at least 99.5 % of more examples" : "at least 99.5 %");
}

}  // namespace

CosineFigures cosine_figures(std::vector<double> cosines) {
  if (cosines.empty()) throw Error("there are no texts to compare");
  std::sort(cosines.begin(), cosines.end());
  const double place = kQuantile * static_cast<double>(cosines.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, cosines.size() - 1);
  const double part = place - static_cast<double>(below);
  return {.texts = static_cast<std::int64_t>(cosines.size()),
          .mean = std::accumulate(cosines.begin(), cosines.end(), 0.0) / static_cast<double>(cosines.size()),
          .quantile = cosines[below] + part * (cosines[above] - cosines[below]),
          .smallest = cosines.front()};
}

double ScorePair::loss() const {
  if (higher_is_better) return fp32 - reduced;
  return fp32 == 0 ? reduced : (reduced - fp32) / fp32;
}

std::vector<std::string> gate_failures(const PrecisionGate& gate) {
  std::vector<std::string> failures;
  const CosineFigures& cosines = gate.cosines;
  if (cosines.texts < kMinGateTexts)
    failures.push_back(std::to_string(cosines.texts) + " texts were compared; expected at least " +
                       std::to_string(kMinGateTexts));
  if (!(cosines.mean >= kMinCosineMean))
    failures.push_back("the mean cosine to fp32 is " + formatted("%.6f", cosines.mean) +
                       "; expected at least 0.998");
  if (!(cosines.quantile >= kMinCosineQuantile))
    failures.push_back("the 0.1 % quantile of the cosine to fp32 is " + formatted("%.6f", cosines.quantile) +
                       "; expected at least 0.99");
  for (const ScorePair& score : gate.scores) {
    if (!std::isfinite(score.fp32)) continue;  // undefined for these examples
    if (score.higher_is_better && score.fp32 == 0) {
      failures.push_back(score_name(score) + " is 0 in fp32, so " + score.file +
                         " cannot show a loss; check its labels");
      continue;
    }
    if (has_few_examples(score)) {
      if (!(equal_share(score) >= kMinEqual)) failures.push_back(too_few_equal(score));
      continue;
    }
    const double most = score.is_similarity ? kMaxSimilarityLoss : kMaxLoss;
    if (!(score.loss() <= most + kRounding))
      failures.push_back(score_name(score) + " is " + score_text_of(score.reduced) + ", in fp32 " +
                         score_text_of(score.fp32) + "; expected " +
                         (score.higher_is_better ? "a loss of at most " + formatted("%.3f", most)
                                                 : "at most " + formatted("%.1f", 100 * most) + " % more"));
  }
  return failures;
}

void require_gate(const PrecisionGate& gate, const std::string& precision) {
  const std::vector<std::string> failures = gate_failures(gate);
  if (failures.empty()) return;
  std::string text = precision + " is not close enough to fp32:";
  for (const std::string& failure : failures) text += "\n  " + failure;
  throw Error(text);
}

Value gate_json(const PrecisionGate& gate) {
  Value::Array scores;
  for (const ScorePair& score : gate.scores) {
    Value row(Value::Table{{"task", score.task},
                           {"file", score.file},
                           {"metric", score.metric},
                           {"examples", score.examples},
                           {"fp32", number_or_null(score.fp32)},
                           {"reduced", number_or_null(score.reduced)}});
    if (score.predictions > 0) row.set("equal_predictions", equal_share(score));
    scores.push_back(std::move(row));
  }
  Value::Array failures;
  for (const std::string& failure : gate_failures(gate)) failures.emplace_back(failure);
  return Value::Table{{"texts", gate.cosines.texts},
                      {"cosine_mean", gate.cosines.mean},
                      {"cosine_quantile", gate.cosines.quantile},
                      {"cosine_min", gate.cosines.smallest},
                      {"same_nearest", number_or_null(gate.cosines.same_nearest)},
                      {"scores", std::move(scores)},
                      {"failures", std::move(failures)}};
}

std::string gate_text(const PrecisionGate& gate) {
  const CosineFigures& cosines = gate.cosines;
  std::string text = "cosine to fp32 over " + std::to_string(cosines.texts) + " texts: mean " +
                     formatted("%.5f", cosines.mean) + ", 0.1 % quantile " +
                     formatted("%.5f", cosines.quantile) + ", minimum " +
                     formatted("%.5f", cosines.smallest) + "\n";
  if (std::isfinite(cosines.same_nearest))
    text += "texts with the same nearest text: " + formatted("%.1f", 100 * cosines.same_nearest) + " %\n";
  for (const ScorePair& score : gate.scores) {
    text += score_name(score) + ": " + score_text_of(score.reduced) + ", fp32 " + score_text_of(score.fp32) +
            " (" + std::to_string(score.examples) + " examples of " + score.file;
    if (score.predictions > 0) text += "; " + counted(score) + " are equal";
    text += has_few_examples(score) ? ", which decides for few examples)\n" : ")\n";
  }
  return text;
}

}  // namespace mtt

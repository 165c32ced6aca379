#include "eval/precision_gate.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

#include "mtt/error.h"

namespace mtt {
namespace {

constexpr std::int64_t kLeastTexts = 1000;
constexpr double kLeastMean = 0.998, kLeastQuantile = 0.99, kQuantile = 0.001;
constexpr double kMostSimilarityLoss = 0.003, kMostLoss = 0.002;
constexpr std::int64_t kManyExamples = 500;
constexpr double kLeastEqual = 0.995;

std::string fixed(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::string score_text_of(double value) { return std::isfinite(value) ? fixed("%.4f", value) : "undefined"; }

Value number_or_null(double value) { return std::isfinite(value) ? Value(value) : Value(); }

bool has_few_examples(const ScorePair& score) {
  return score.predictions > 0 && score.examples < kManyExamples;
}

double equal_share(const ScorePair& score) {
  return static_cast<double>(score.equal) / static_cast<double>(score.predictions);
}

std::string score_name(const ScorePair& score) { return score.task + " " + score.metric; }

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
  if (cosines.texts < kLeastTexts)
    failures.push_back(std::to_string(cosines.texts) + " texts were compared; expected at least " +
                       std::to_string(kLeastTexts));
  if (!(cosines.mean >= kLeastMean))
    failures.push_back("the mean cosine to fp32 is " + fixed("%.5f", cosines.mean) +
                       "; expected at least 0.998");
  if (!(cosines.quantile >= kLeastQuantile))
    failures.push_back("the cosine to fp32 is " + fixed("%.5f", cosines.quantile) +
                       " at the 0.1 % quantile; expected at least 0.99");
  for (const ScorePair& score : gate.scores) {
    if (!std::isfinite(score.fp32)) continue;  // undefined for these examples
    if (has_few_examples(score)) {
      if (!(equal_share(score) >= kLeastEqual))
        failures.push_back("task '" + score.task + "' predicts the same for " +
                           fixed("%.1f", 100 * equal_share(score)) + " % of " +
                           std::to_string(score.predictions) + " examples; expected at least 99.5 %");
      continue;
    }
    const double most = score.is_similarity ? kMostSimilarityLoss : kMostLoss;
    if (!(score.loss() <= most))
      failures.push_back(score_name(score) + " is " + fixed("%.2f", 100 * score.loss()) +
                         " points worse than in fp32; expected at most " + fixed("%.1f", 100 * most));
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
                      {"scores", std::move(scores)},
                      {"failures", std::move(failures)}};
}

std::string gate_text(const PrecisionGate& gate) {
  const CosineFigures& cosines = gate.cosines;
  std::string text = "cosine to fp32 over " + std::to_string(cosines.texts) + " texts: mean " +
                     fixed("%.5f", cosines.mean) + ", 0.1 % quantile " + fixed("%.5f", cosines.quantile) +
                     ", minimum " + fixed("%.5f", cosines.smallest) + "\n";
  for (const ScorePair& score : gate.scores) {
    text += score_name(score) + ": " + score_text_of(score.reduced) + ", fp32 " + score_text_of(score.fp32) +
            " (" + std::to_string(score.examples) + " examples of " + score.file;
    if (score.predictions > 0)
      text += ", " + fixed("%.1f", 100 * equal_share(score)) + " % equal predictions";
    text += has_few_examples(score) ? ", few examples)\n" : ")\n";
  }
  return text;
}

}  // namespace mtt

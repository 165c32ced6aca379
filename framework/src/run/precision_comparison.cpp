#include "run/precision_comparison.h"

#include <cstddef>
#include <filesystem>

#include "eval/cosine.h"

namespace mtt {
namespace {

std::vector<double> cosines_of(Session& fp32, Session& reduced, const std::vector<std::string>& texts) {
  const at::Tensor a = fp32.run({.texts = texts}).sentences, b = reduced.run({.texts = texts}).sentences;
  const auto width = static_cast<std::size_t>(a.size(1));
  std::vector<double> cosines(texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i)
    cosines[i] = cosine(a.const_data_ptr<float>() + i * width, b.const_data_ptr<float>() + i * width, width);
  return cosines;
}

/// A prediction without its probabilities.
Value decision(const Value& prediction) {
  if (prediction.is(Value::Kind::array)) {
    Value::Array entries;
    for (const Value& entry : prediction.array()) entries.push_back(decision(entry));
    return entries;
  }
  if (!prediction.is(Value::Kind::table)) return prediction;
  Value result(Value::Table{});
  for (const auto& [key, value] : prediction.table())
    if (key != "score" && key != "scores") result.set(key, decision(value));
  return result;
}

ScorePair pair_of(const TaskScore& fp32, const TaskScore& reduced) {
  ScorePair pair{.task = fp32.task,
                 .file = std::filesystem::path(fp32.file).filename().string(),
                 .metric = fp32.metrics.front().name,
                 .examples = fp32.examples,
                 .fp32 = fp32.metrics.front().value,
                 .reduced = reduced.metrics.front().value,
                 .higher_is_better = fp32.metrics.front().higher_is_better,
                 .is_similarity = fp32.task == kSimilarity};
  if (fp32.classes.classes.empty()) return pair;
  pair.predictions = static_cast<std::int64_t>(fp32.predictions.size());
  for (std::size_t i = 0; i < fp32.predictions.size(); ++i)
    pair.equal += decision(fp32.predictions[i]).json() == decision(reduced.predictions[i]).json();
  return pair;
}

}  // namespace

PrecisionGate compare_precisions(Session& fp32, Session& reduced, const std::vector<std::string>& texts,
                                 const std::vector<TaskScore>& fp32_scores,
                                 const std::vector<TaskScore>& reduced_scores) {
  PrecisionGate gate{cosine_figures(cosines_of(fp32, reduced, texts)), {}};
  for (std::size_t i = 0; i < fp32_scores.size(); ++i)
    if (!fp32_scores[i].metrics.empty() && !fp32_scores[i].predictions.empty())
      gate.scores.push_back(pair_of(fp32_scores[i], reduced_scores[i]));
  return gate;
}

}  // namespace mtt

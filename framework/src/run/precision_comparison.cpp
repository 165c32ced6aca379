#include "run/precision_comparison.h"

#include <algorithm>
#include <cstddef>
#include <filesystem>

#include "eval/cosine.h"

namespace mtt {
namespace {

std::vector<double> cosines_of(const at::Tensor& a, const at::Tensor& b) {
  const auto width = static_cast<std::size_t>(a.size(1));
  std::vector<double> cosines(static_cast<std::size_t>(a.size(0)));
  for (std::size_t i = 0; i < cosines.size(); ++i) {
    const float *one = a.const_data_ptr<float>() + i * width, *other = b.const_data_ptr<float>() + i * width;
    cosines[i] = std::equal(one, one + width, other) ? 1 : cosine(one, other, width);
  }
  return cosines;
}

/// [N]: the index of the other vector with the highest cosine.
at::Tensor nearest(const at::Tensor& vectors) {
  const at::Tensor unit = vectors / vectors.norm(2, 1, true);
  return at::mm(unit, unit.t()).fill_diagonal_(-2).argmax(1);
}

/// Over the first texts, because every one is compared with every other.
double same_nearest(const at::Tensor& a, const at::Tensor& b) {
  const std::int64_t count = std::min<std::int64_t>(a.size(0), kMinGateTexts);
  return at::eq(nearest(a.narrow(0, 0, count)), nearest(b.narrow(0, 0, count)))
      .to(at::kDouble)
      .mean()
      .item<double>();
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
                 .is_similarity = fp32.metrics.front().name == kPairMetric};
  if (fp32.classes.classes.empty()) return pair;
  for (std::size_t i = 0; i < fp32.predictions.size(); ++i) {
    if (fp32.labels[i].is(Value::Kind::null)) continue;
    ++pair.predictions;
    pair.equal += decision(fp32.predictions[i]).json() == decision(reduced.predictions[i]).json();
  }
  return pair;
}

}  // namespace

PrecisionGate compare_precisions(Session& fp32, Session& reduced, const std::vector<std::string>& texts,
                                 const std::vector<TaskScore>& fp32_scores,
                                 const std::vector<TaskScore>& reduced_scores) {
  const at::Tensor a = fp32.run({.texts = texts}).sentences, b = reduced.run({.texts = texts}).sentences;
  PrecisionGate gate{cosine_figures(cosines_of(a, b)), {}};
  gate.cosines.same_nearest = same_nearest(a, b);
  for (std::size_t i = 0; i < fp32_scores.size(); ++i)
    if (!fp32_scores[i].metrics.empty() && !fp32_scores[i].predictions.empty())
      gate.scores.push_back(pair_of(fp32_scores[i], reduced_scores[i]));
  return gate;
}

}  // namespace mtt

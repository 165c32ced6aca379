// One label a pair of sentences.
#pragma once

#include "../classification/classification.h"

/// Softmax classification of (u, v, |u − v|), the vectors of both sentences and how they differ (Reimers and
/// Gurevych 2019, section 3): entailment, duplicates, answers to questions.
class PairClassification : public Classification {
 public:
  using Classification::Classification;

  mtt::Level level() const override { return mtt::Level::pair; }
  void build(std::int64_t width) override { Classification::build(3 * width); }
  at::Tensor forward(const mtt::Encoding& encoding) const override;
  std::vector<std::string> initialisations() const override { return {}; }
};

// One label per pair of sentences: entailment, duplicates, answers to questions.
#include <ATen/TensorOperators.h>
#include <ATen/ops/abs.h>
#include <ATen/ops/cat.h>

#include "mtt/head/softmax_classifier.h"
#include "mtt/plugin.h"

namespace {

/// Softmax classification of (u, v, |u − v|), the vectors of both sentences and how they differ (Reimers and
/// Gurevych 2019, section 3).
class PairClassification : public mtt::SoftmaxClassifier {
 public:
  using SoftmaxClassifier::SoftmaxClassifier;

  mtt::Reads reads() const override { return {.grouped = true}; }
  void build(std::int64_t width) override { SoftmaxClassifier::build(3 * width); }
  at::Tensor forward(const mtt::Encoding& encoding) const override {
    const at::Tensor u = encoding.groups.pick(encoding.sentences, mtt::Role::first),
                     v = encoding.groups.pick(encoding.sentences, mtt::Role::second);
    return logits(at::cat({u, v, (u - v).abs()}, 1));
  }
  std::vector<std::string> initialisations() const override { return {}; }
};

void register_pair_classification(mtt::Registry& registry) {
  registry.add(mtt::HeadPlugin{
      .name = "pair_classification",
      .summary = "One label per pair of sentences: entailment, duplicates, answers to questions.",
      .options = mtt::SoftmaxSettings::options(),
      .create = [](const mtt::Options& options) -> std::unique_ptr<mtt::Head> {
        return std::make_unique<PairClassification>(mtt::SoftmaxSettings::read(options));
      },
      .other_names = {"nli", "entailment", "pair"},
  });
}

}  // namespace

MTT_PLUGIN("pair_classification", "1.0", register_pair_classification)

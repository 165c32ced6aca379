#include "mtt/plugin.h"

#include "pair_classification.h"

namespace {

void register_pair_classification(mtt::Registry& registry) {
  registry.add(mtt::HeadPlugin{
      .name = "pair_classification",
      .summary = "One label per pair of sentences: entailment, duplicates, answers to questions.",
      .options = ClassificationSettings::options(),
      .create = [](const mtt::Options& options) -> std::unique_ptr<mtt::Head> {
        return std::make_unique<PairClassification>(ClassificationSettings::read(options));
      },
  });
}

}  // namespace

MTT_PLUGIN("pair_classification", "1.0", register_pair_classification)

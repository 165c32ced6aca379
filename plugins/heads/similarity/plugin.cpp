#include "mtt/plugin.h"

#include "similarity.h"

namespace {

PairLoss pair_loss(const std::string& name) {
  if (name == "cosine") return PairLoss::cosine;
  return name == "cosent" ? PairLoss::cosent : PairLoss::multiple_negatives;
}

void register_similarity(mtt::Registry& registry) {
  registry.add(mtt::HeadPlugin{
      .name = "similarity",
      .summary = "Similarity of two sentences: the cosine of their vectors, trained on pairs.",
      .options = mtt::OptionList()
                     .choice("loss", "cosent", {"cosine", "cosent", "multiple_negatives"},
                             "cosine: squared error of cosine and label (-1 to 1); cosent: the order of the "
                             "cosines follows that of the labels; multiple_negatives: pairs with a label "
                             "above 0 (all pairs, if no example has a label) are positive, the partners of "
                             "other pairs in the step are negatives.")
                     .number("scale", 20, 0.001, 1000,
                             "Factor of the cosines in cosent and multiple_negatives (inverse temperature)."),
      .create = [](const mtt::Options& options) -> std::unique_ptr<mtt::Head> {
        return std::make_unique<Similarity>(pair_loss(options.string("loss")), options.number("scale"));
      },
  });
}

}  // namespace

MTT_PLUGIN("similarity", "1.0", register_similarity)

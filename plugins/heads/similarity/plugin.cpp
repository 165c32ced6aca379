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
      .summary = "How alike two sentences are: the cosine of their vectors, learned from pairs.",
      .options =
          mtt::OptionList()
              .choice("loss", "cosent", {"cosine", "cosent", "multiple_negatives"},
                      "cosine: squared error of cosine and label, -1 to 1; cosent: pairs in the order of "
                      "their labels; multiple_negatives: pairs with a label above 0 belong together (all "
                      "do where no example has a label), other partners of the step do not.")
              .number("scale", 20, 0.001, 1000,
                      "What cosines are multiplied by in cosent and multiple_negatives."),
      .create = [](const mtt::Options& options) -> std::unique_ptr<mtt::Head> {
        return std::make_unique<Similarity>(pair_loss(options.string("loss")), options.number("scale"));
      },
  });
}

}  // namespace

MTT_PLUGIN("similarity", "1.0", register_similarity)

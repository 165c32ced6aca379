#include "mtt/plugin.h"

#include "ordinal.h"

namespace {

void register_ordinal(mtt::Registry& registry) {
  registry.add(mtt::HeadPlugin{
      .name = "ordinal",
      .summary = "One of several ordered labels per sentence: ratings, grades, degrees (McCullagh 1980).",
      .options = mtt::OptionList()
                     .strings("labels", std::vector<std::string>{},
                              "The labels from lowest to highest; empty: those of the training set, which "
                              "must be numbers.")
                     .number("dropout", 0.1, 0, 0.9, "Dropout before the linear layer during training."),
      .create = [](const mtt::Options& options) -> std::unique_ptr<mtt::Head> {
        return std::make_unique<Ordinal>(
            OrdinalSettings{.labels = options.strings("labels"), .dropout = options.number("dropout")});
      },
  });
}

}  // namespace

MTT_PLUGIN("ordinal", "1.0", register_ordinal)

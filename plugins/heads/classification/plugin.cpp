#include "mtt/plugin.h"

#include "classification.h"

namespace {

void register_classification(mtt::Registry& registry) {
  registry.add(mtt::HeadPlugin{
      .name = "classification",
      .summary = "One label a sentence: intents, sentiment, topics.",
      .options =
          mtt::OptionList().strings("labels", std::vector<std::string>{},
                                    "The labels in their order; empty: those of the examples, sorted."),
      .create = [](const mtt::Options& options) -> std::unique_ptr<mtt::Head> {
        return std::make_unique<Classification>(mtt::LabelSet(options.strings("labels")));
      },
  });
}

}  // namespace

MTT_PLUGIN("classification", "1.0", register_classification)

#include "mtt/plugin.h"

#include "token_classification.h"

namespace {

void register_token_classification(mtt::Registry& registry) {
  registry.add(mtt::HeadPlugin{
      .name = "token_classification",
      .summary = "Labelled stretches of text: named entities, slots.",
      .options =
          mtt::OptionList().strings("labels", std::vector<std::string>{},
                                    "The labels in their order; empty: those of the examples, sorted."),
      .create = [](const mtt::Options& options) -> std::unique_ptr<mtt::Head> {
        return std::make_unique<TokenClassification>(mtt::LabelSet(options.strings("labels")));
      },
  });
}

}  // namespace

MTT_PLUGIN("token_classification", "1.0", register_token_classification)

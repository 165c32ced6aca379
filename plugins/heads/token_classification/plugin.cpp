#include "mtt/plugin.h"

#include "token_classification.h"

namespace {

void register_token_classification(mtt::Registry& registry) {
  registry.add(mtt::HeadPlugin{
      .name = "token_classification",
      .summary = "Labelled spans of a text: named entities, slots.",
      .options =
          mtt::OptionList()
              .strings("labels", std::vector<std::string>{},
                       "The labels in their order; empty: those of the training set, sorted.")
              .number("dropout", 0.1, 0, 0.9, "Dropout before the linear layer during training.")
              .number(
                  "label_smoothing", 0, 0, 1,
                  "Label smoothing: share of a target that is spread over all labels (Szegedy et al. 2016).")
              .table("class_weights", "Weights in the loss: label (or \"O\") = weight; default 1.")
              .boolean("crf", false,
                       "Linear-chain conditional random field over the words (Lafferty et al. 2001), which "
                       "also models the transitions between tags; invalid sequences are excluded."),
      .create = [](const mtt::Options& options) -> std::unique_ptr<mtt::Head> {
        return std::make_unique<TokenClassification>(
            TokenClassificationSettings{.labels = mtt::LabelSet(options.strings("labels")),
                                        .dropout = options.number("dropout"),
                                        .label_smoothing = options.number("label_smoothing"),
                                        .class_weights = options.value("class_weights"),
                                        .crf = options.boolean("crf")});
      },
  });
}

}  // namespace

MTT_PLUGIN("token_classification", "1.0", register_token_classification)

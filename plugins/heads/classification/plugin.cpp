#include "mtt/plugin.h"

#include "classification.h"

namespace {

void register_classification(mtt::Registry& registry) {
  registry.add(mtt::HeadPlugin{
      .name = "classification",
      .summary = "One label a sentence: intents, sentiment, topics.",
      .options =
          mtt::OptionList()
              .strings("labels", std::vector<std::string>{},
                       "The labels in their order; empty: those of the examples, sorted.")
              .number("dropout", 0.1, 0, 0.9, "Dropout before the linear layer, in training.")
              .number("label_smoothing", 0, 0, 1,
                      "The share of a target that is spread over all labels (Szegedy et al. 2016).")
              .table("class_weights", "Label = weight in the loss; those that are missing have 1.")
              .boolean("balanced", false, "Weighs each label by n / (number of labels · its examples)."),
      .create = [](const mtt::Options& options) -> std::unique_ptr<mtt::Head> {
        return std::make_unique<Classification>(
            ClassificationSettings{.labels = mtt::LabelSet(options.strings("labels")),
                                   .dropout = options.number("dropout"),
                                   .label_smoothing = options.number("label_smoothing"),
                                   .class_weights = options.value("class_weights"),
                                   .balanced = options.boolean("balanced")});
      },
  });
}

}  // namespace

MTT_PLUGIN("classification", "1.0", register_classification)

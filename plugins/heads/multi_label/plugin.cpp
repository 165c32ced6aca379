#include "mtt/plugin.h"

#include "multi_label.h"

namespace {

void register_multi_label(mtt::Registry& registry) {
  registry.add(mtt::HeadPlugin{
      .name = "multi_label",
      .summary = "Any number of labels per sentence: topics, emotions, tags.",
      .options = mtt::OptionList()
                     .strings("labels", std::vector<std::string>{},
                              "The labels in their order; empty: those of the training set, sorted.")
                     .number("dropout", 0.1, 0, 0.9, "Dropout before the linear layer during training.")
                     .number("threshold", 0.5, 0, 1, "Minimum probability of a predicted label."),
      .create = [](const mtt::Options& options) -> std::unique_ptr<mtt::Head> {
        return std::make_unique<MultiLabel>(
            MultiLabelSettings{.labels = mtt::LabelSet(options.strings("labels")),
                               .dropout = options.number("dropout"),
                               .threshold = options.number("threshold")});
      },
  });
}

}  // namespace

MTT_PLUGIN("multi_label", "1.0", register_multi_label)

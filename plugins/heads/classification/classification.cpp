// One label per sentence: intents, sentiment, topics.
#include "mtt/head/softmax_classifier.h"
#include "mtt/plugin.h"

namespace {

void register_classification(mtt::Registry& registry) {
  registry.add(mtt::HeadPlugin{
      .name = "classification",
      .summary = "One label per sentence: intents, sentiment, topics.",
      .options = mtt::SoftmaxSettings::options(),
      .create = [](const mtt::Options& options) -> std::unique_ptr<mtt::Head> {
        return std::make_unique<mtt::SoftmaxClassifier>(mtt::SoftmaxSettings::read(options));
      },
      .problem_type = mtt::ProblemType::single_label,
      .other_names = {"classifier", "text_classification", "sequence_classification",
                      "sentence_classification", "softmax", "linear", "logistic", "intent"},
  });
}

}  // namespace

MTT_PLUGIN("classification", "1.0", register_classification)

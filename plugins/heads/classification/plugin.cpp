#include "mtt/plugin.h"

#include "classification.h"

namespace {

void register_classification(mtt::Registry& registry) {
  registry.add(mtt::HeadPlugin{
      .name = "classification",
      .summary = "One label per sentence: intents, sentiment, topics.",
      .options = ClassificationSettings::options(),
      .create = [](const mtt::Options& options) -> std::unique_ptr<mtt::Head> {
        return std::make_unique<Classification>(ClassificationSettings::read(options));
      },
  });
}

}  // namespace

MTT_PLUGIN("classification", "1.0", register_classification)

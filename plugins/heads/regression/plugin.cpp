#include "mtt/plugin.h"

#include "regression.h"

namespace {

void register_regression(mtt::Registry& registry) {
  registry.add(mtt::HeadPlugin{
      .name = "regression",
      .summary = "One number per sentence: ratings, urgency, degrees.",
      .options = {},
      .create = [](const mtt::Options&) -> std::unique_ptr<mtt::Head> {
        return std::make_unique<Regression>();
      },
  });
}

}  // namespace

MTT_PLUGIN("regression", "1.0", register_regression)

// Every task counts the same.
#include "mtt/plugin.h"

namespace {

/// The plain sum of the losses: all weights 1.
class Equal : public mtt::Weighting {
 public:
  mtt::WeightingNeeds needs() const override { return mtt::WeightingNeeds::nothing; }
  void begin(const std::vector<mtt::WeightedTask>&) override {}
};

void register_equal(mtt::Registry& registry) {
  registry.add(mtt::WeightingPlugin{
      .name = "equal",
      .summary = "The plain sum of the losses.",
      .options = {},
      .create = [](const mtt::Options&) -> std::unique_ptr<mtt::Weighting> {
        return std::make_unique<Equal>();
      },
      .other_names = {"none", "sum", "mean"},
  });
}

}  // namespace

MTT_PLUGIN("equal", "1.0", register_equal)

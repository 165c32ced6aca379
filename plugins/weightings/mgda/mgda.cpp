// The shortest vector between the gradients.
#include "mtt/plugin.h"
#include "mtt/weighting/simplex.h"

namespace {

/// Multiple gradient descent: Désidéri 2012; Sener and Koltun 2018. The weights on the simplex whose
/// Σ w_i g_i is shortest.
class Mgda : public mtt::Weighting {
 public:
  mtt::WeightingNeeds needs() const override { return mtt::WeightingNeeds::gram; }
  void begin(const std::vector<mtt::WeightedTask>&) override {}

  std::vector<double> coefficients(const at::Tensor& gram, const mtt::WeightingStep&) override {
    return mtt::minimise_on_simplex(mtt::SmallMatrix(gram));
  }
};

void register_mgda(mtt::Registry& registry) {
  registry.add(mtt::WeightingPlugin{
      .name = "mgda",
      .summary =
          "The vector of minimum norm in the convex hull of the gradients (MGDA, Sener and Koltun 2018).",
      .options = {},
      .create = [](const mtt::Options&) -> std::unique_ptr<mtt::Weighting> {
        return std::make_unique<Mgda>();
      },
  });
}

}  // namespace

MTT_PLUGIN("mgda", "1.0", register_mgda)

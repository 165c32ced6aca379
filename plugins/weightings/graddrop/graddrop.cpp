// One sign a coordinate, drawn.
#include <ATen/ops/empty.h>

#include "mtt/plugin.h"
#include "mtt/random_stream.h"

namespace {

/// Chen et al. 2020, Just pick a sign, on the gradients of the shared parameters. In every coordinate either
/// the positive or the negative gradients are kept, the positive with probability (1 + Σg / Σ|g|) / 2.
class GradDrop : public mtt::Weighting {
 public:
  explicit GradDrop(const mtt::Options& options) : leak_(options.number("leak")) {}

  mtt::WeightingNeeds needs() const override { return mtt::WeightingNeeds::gradients; }
  void begin(const std::vector<mtt::WeightedTask>&) override {}

  at::Tensor combine(const at::Tensor& gradients, const mtt::WeightingStep& step) override {
    const at::Tensor rows = gradients.contiguous();
    const std::int64_t tasks = rows.size(0), width = rows.size(1);
    at::Tensor shared = at::empty({width}, rows.options());
    const float* in = rows.const_data_ptr<float>();
    float* out = shared.mutable_data_ptr<float>();
    mtt::RandomStream draws(step.seed, "graddrop", 0);
    for (std::int64_t p = 0; p < width; ++p) {
      double up = 0, down = 0;
      for (std::int64_t i = 0; i < tasks; ++i) {
        const double gradient = in[i * width + p];
        (gradient > 0 ? up : down) += gradient;
      }
      const double kept = draws.uniform() * (up - down) < up ? up : down;
      out[p] = static_cast<float>(leak_ * (up + down) + (1 - leak_) * kept);
    }
    return shared;
  }

 private:
  double leak_;
};

void register_graddrop(mtt::Registry& registry) {
  mtt::OptionList options;
  options.number("leak", 0.0, 0.0, 1.0, "Share of every gradient that is kept regardless of its sign.");
  registry.add(mtt::WeightingPlugin{
      .name = "graddrop",
      .summary =
          "Gradients of one sign per coordinate; the sign is drawn at random (GradDrop, Chen et al. 2020).",
      .options = std::move(options),
      .create = [](const mtt::Options& options) -> std::unique_ptr<mtt::Weighting> {
        return std::make_unique<GradDrop>(options);
      },
  });
}

}  // namespace

MTT_PLUGIN("graddrop", "1.0", register_graddrop)

// The best worst case near the mean gradient.
#include <algorithm>
#include <cmath>

#include "mtt/plugin.h"
#include "mtt/weighting/simplex.h"

namespace {

using mtt::SmallMatrix;

constexpr double kShortest = 1e-7;  // of ‖Σ w_i g_i‖, relative to the longest gradient
constexpr int kHalvings = 100;

/// Liu et al. 2021, Conflict-averse gradient descent. With the mean ḡ and g_w = Σ w_i g_i, w on the simplex
/// minimises g_w·ḡ + c‖ḡ‖‖g_w‖, and d = ḡ + c‖ḡ‖ g_w/‖g_w‖; d = ḡ where g_w vanishes.
class CaGrad : public mtt::Weighting {
 public:
  explicit CaGrad(const mtt::Options& options) : c_(options.number("c")) {}

  mtt::WeightingNeeds needs() const override { return mtt::WeightingNeeds::gram; }
  void begin(const std::vector<mtt::WeightedTask>&) override {}

  std::vector<double> coefficients(const at::Tensor& gram, const mtt::WeightingStep&) override {
    const SmallMatrix products(gram);
    const std::size_t n = products.size();
    std::vector<double> alpha(n, 1.0 / static_cast<double>(n));
    const double radius = c_ * std::sqrt(std::max(0.0, products.quadratic(alpha)));
    if (!(radius > 0)) return alpha;

    // ‖g_w‖ = min_t ‖g_w‖²/2t + t/2, jointly convex in w and t: at the best t, t = ‖g_w‖.
    const double longest = std::sqrt(products.largest_diagonal());
    double low = kShortest * longest, high = longest;
    std::vector<double> w = weights_at(products, radius, low);
    if (products.quadratic(w) <= low * low) return alpha;
    for (int k = 0; k < kHalvings; ++k) {
      const double middle = std::sqrt(low * high);
      w = weights_at(products, radius, middle);
      (products.quadratic(w) > middle * middle ? low : high) = middle;
    }
    const double length = std::sqrt(products.quadratic(w));
    for (std::size_t i = 0; i < n; ++i) alpha[i] += radius / length * w[i];
    return alpha;
  }

 private:
  static std::vector<double> weights_at(const SmallMatrix& products, double radius, double t) {
    const std::size_t n = products.size();
    const std::vector<double> mean(n, 1.0 / static_cast<double>(n));
    const std::vector<double> with_mean = products.times(mean);
    SmallMatrix objective(n);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j)
        objective(i, j) = radius / t * products(i, j) + with_mean[i] + with_mean[j];
    return mtt::minimise_on_simplex(objective);
  }

  double c_;
};

void register_cagrad(mtt::Registry& registry) {
  mtt::OptionList options;
  options.number("c", 0.4, 0.0, 1.0, "Radius of the ball, relative to the norm of the mean gradient.");
  registry.add(mtt::WeightingPlugin{
      .name = "cagrad",
      .summary =
          "Largest worst-case improvement within a ball around the mean gradient (CAGrad, Liu et al. 2021).",
      .options = std::move(options),
      .create = [](const mtt::Options& options) -> std::unique_ptr<mtt::Weighting> {
        return std::make_unique<CaGrad>(options);
      },
  });
}

}  // namespace

MTT_PLUGIN("cagrad", "1.0", register_cagrad)

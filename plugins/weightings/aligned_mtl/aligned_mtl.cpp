// Gradients made orthogonal and equally long.
#include <ATen/ops/linalg_eigh.h>

#include <cmath>

#include "mtt/plugin.h"
#include "mtt/weighting/small_matrix.h"

namespace {

/// Senushkin et al. 2023, Independent component alignment. With G = V Λ Vᵀ the coefficients are
/// √λ_min V Λ^{-1/2} Vᵀ times 1/N each; eigenvalues that are rounding are left out.
class AlignedMtl : public mtt::Weighting {
 public:
  mtt::WeightingNeeds needs() const override { return mtt::WeightingNeeds::gram; }
  void begin(const std::vector<mtt::WeightedTask>&) override {}

  std::vector<double> coefficients(const at::Tensor& gram, const mtt::WeightingStep&) override {
    const auto [values, vectors] = at::linalg_eigh(gram);
    const mtt::SmallMatrix v(vectors);
    const std::size_t n = v.size();
    const double* lambda = values.const_data_ptr<double>();
    const double least = lambda[n - 1] * static_cast<double>(n) * mtt::kGramRounding;
    std::size_t first = 0;
    while (first < n && lambda[first] <= least) ++first;
    if (first == n) return std::vector<double>(n, 1.0);

    std::vector<double> alpha(n);
    for (std::size_t k = first; k < n; ++k) {
      double mean = 0;
      for (std::size_t i = 0; i < n; ++i) mean += v(i, k) / static_cast<double>(n);
      for (std::size_t i = 0; i < n; ++i) alpha[i] += std::sqrt(lambda[first] / lambda[k]) * mean * v(i, k);
    }
    return alpha;
  }
};

void register_aligned_mtl(mtt::Registry& registry) {
  registry.add(mtt::WeightingPlugin{
      .name = "aligned_mtl",
      .summary = "Gradients made orthogonal and of equal norm (Aligned-MTL, Senushkin et al. 2023).",
      .options = {},
      .create = [](const mtt::Options&) -> std::unique_ptr<mtt::Weighting> {
        return std::make_unique<AlignedMtl>();
      },
  });
}

}  // namespace

MTT_PLUGIN("aligned_mtl", "1.0", register_aligned_mtl)

#include "run/principal_components.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/linalg_svd.h>
#include <ATen/ops/zeros.h>

#include <algorithm>

namespace mtt {
namespace {

constexpr double kRounding = 1e-9;  // of the norm of all rows

}  // namespace

PrincipalComponents principal_components(const at::Tensor& rows) {
  PrincipalComponents result{at::zeros({rows.size(0), 2}, at::kDouble)};
  const at::Tensor values = rows.to(at::kDouble), centred = values - values.mean(0);
  const auto [u, s, loadings] = at::linalg_svd(centred, false);
  const double variance = s.square().sum().item<double>(), nothing = kRounding * values.norm().item<double>();
  for (std::int64_t c = 0; c < std::min<std::int64_t>(2, s.size(0)); ++c) {
    const double scale = s[c].item<double>();
    if (!(scale > nothing)) break;
    const at::Tensor largest = loadings[c][loadings[c].abs().argmax()];
    result.coordinates.select(1, c).copy_(u.select(1, c) * s[c] * largest.sign());
    result.shares[static_cast<std::size_t>(c)] = scale * scale / variance;
  }
  return result;
}

}  // namespace mtt

#include "mtt/nn/closed_form.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/bincount.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/isnan.h>
#include <ATen/ops/linalg_eigh.h>
#include <ATen/ops/one_hot.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <tuple>

#include "mtt/error.h"
#include "nn/row_blocks.h"

namespace mtt::nn {
namespace {

constexpr double kSmallestPenalty = 1e-5;
constexpr double kLargestPenalty = 1e2;
constexpr double kPenaltyStep = 1.7782794100389228;  // a quarter of a decade
constexpr std::int64_t kMostOutputs = std::int64_t{1} << 22;

at::Tensor double_logits(const at::Tensor& features, const at::Tensor& means) {
  return features.matmul(means.t()).mul(2).sub(means.square().sum(1));
}

void check_features(const at::Tensor& features, const at::Tensor& targets) {
  TORCH_CHECK(features.dim() == 2 && targets.size(0) == features.size(0) && features.size(0) > 0,
              "features [N, D] and as many targets are expected, got ", features.sizes(), " and ",
              targets.sizes());
}

void check_classes(const at::Tensor& counts, const char* method) {
  if (counts.min().item<double>() < 1)
    throw Error(std::string(method) + " needs at least one example of every class");
}

/// int64 [M]: all of `count` rows, or evenly spaced ones of which `columns` outputs each are kMostOutputs.
at::Tensor kept_rows(std::int64_t count, std::int64_t columns) {
  const std::int64_t kept = std::clamp<std::int64_t>(kMostOutputs / columns, 1, count);
  return at::arange(kept, at::kLong).mul(count).div(kept, "floor");
}

/// double [K]
at::Tensor class_counts(const at::Tensor& classes, std::int64_t class_count) {
  return at::bincount(classes, {}, class_count).to(at::kDouble);
}

/// double [K, D]: the sums of each class's rows.
at::Tensor class_sums(const at::Tensor& rows, const at::Tensor& classes, std::int64_t class_count) {
  return at::zeros({class_count, rows.size(1)}, at::kDouble).index_add_(0, classes, rows);
}

/// One eigendecomposition of the smaller Gram matrix serves every penalty: with X = basis · Vᵀ, whose columns
/// are orthogonal, outputs are basis · (basisᵀ Y / (values + penalty)).
struct RidgeFeatures {
  /// `features` float or double [N, D]. With N > D their copy in double precision becomes the basis in place.
  explicit RidgeFeatures(const at::Tensor& features) : x(features.to(at::kDouble, false, /*copy=*/true)) {
    mean = x.mean({0});
    x.sub_(mean);
    rows = x.size(0);
    dual = rows <= x.size(1);
    std::tie(values, vectors) = at::linalg_eigh(dual ? x.matmul(x.t()) : x.t().matmul(x));
    values = values.clamp_min(0);
    scale = values.sum().item<double>() / static_cast<double>(rows);
    if (scale <= 0) scale = 1;
    if (dual) {
      basis = vectors * values.sqrt();
      return;
    }
    basis = std::move(x);
    for_row_blocks(rows, [&](std::int64_t first, std::int64_t count) {
      const at::Tensor block = basis.narrow(0, first, count);
      block.copy_(block.matmul(vectors));
    });
  }

  std::int64_t rank() const { return basis.size(1); }
  /// [R]: 1 / (values + penalty)
  at::Tensor shrinking(double penalty) const { return (values + penalty * scale).reciprocal(); }
  /// [N]: 1 − leverage, by which a residual is divided to be that of the held-out example
  at::Tensor remainder(const at::Tensor& shrinking) const {
    at::Tensor leverage = at::empty({rows}, at::kDouble);
    for_row_blocks(rows, [&](std::int64_t first, std::int64_t count) {
      leverage.narrow(0, first, count).copy_(basis.narrow(0, first, count).square().matmul(shrinking));
    });
    return (1 - (leverage + 1.0 / static_cast<double>(rows))).clamp_min(1e-9);
  }

  at::Tensor x, mean, values, vectors, basis;  ///< x: centred, of the dual form only
  std::int64_t rows = 0;
  bool dual = false;
  double scale = 1;
};

/// Targets [N, K] as they are.
struct DenseTargets {
  DenseTargets(const RidgeFeatures& of, const at::Tensor& targets)
      : features(of),
        all(targets),
        mean(targets.mean({0})),
        centred(targets - mean),
        projected(features.basis.t().matmul(centred)) {}

  /// [N]: squared residuals, summed over the columns
  at::Tensor squared_residuals(const at::Tensor& shrinking) const {
    const at::Tensor column = projected * shrinking.unsqueeze(1);
    at::Tensor result = at::empty({features.rows}, at::kDouble);
    for_row_blocks(features.rows, [&](std::int64_t first, std::int64_t count) {
      const at::Tensor fitted = features.basis.narrow(0, first, count).matmul(column);
      result.narrow(0, first, count).copy_((centred.narrow(0, first, count) - fitted).square().sum(1));
    });
    return result;
  }
  at::Tensor weight(const at::Tensor& shrinking) const {
    const at::Tensor column = shrinking.unsqueeze(1);
    if (!features.dual) return features.vectors.matmul(projected * column).t();
    const at::Tensor turned = features.vectors.t().matmul(centred);
    return features.x.t().matmul(features.vectors.matmul(turned * column)).t();
  }
  at::Tensor rows(const at::Tensor& wanted) const { return all.index_select(0, wanted); }
  std::int64_t columns() const { return all.size(1); }

  const RidgeFeatures& features;
  at::Tensor all, mean, centred, projected;
};

/// The one-hot targets of more classes than features have dimensions, and so of more examples too: squared
/// residuals are |y|² − 2·y·ŷ + |ŷ|², where |ŷ|² needs the classes' R × R Gram matrix alone.
struct ManyClasses {
  ManyClasses(const RidgeFeatures& of, const at::Tensor& classes_of_rows, const at::Tensor& counts)
      : features(of),
        classes(classes_of_rows),
        mean(counts / static_cast<double>(classes.size(0))),
        projected(class_sums(features.basis, classes, counts.size(0)).t()),
        gram(projected.matmul(projected.t())),
        squares(1 - 2 * mean.index_select(0, classes) + mean.square().sum()),
        products((projected.index_select(1, classes).t() - projected.matmul(mean)) * features.basis) {}

  at::Tensor squared_residuals(const at::Tensor& shrinking) const {
    const at::Tensor shrunk = features.basis * shrinking;
    return squares - 2 * products.matmul(shrinking) + (shrunk.matmul(gram) * shrunk).sum(1);
  }
  at::Tensor weight(const at::Tensor& shrinking) const {
    return features.vectors.matmul(projected * shrinking.unsqueeze(1)).t();
  }
  at::Tensor rows(const at::Tensor& wanted) const {
    return at::one_hot(classes.index_select(0, wanted), columns()).to(at::kDouble);
  }
  std::int64_t columns() const { return mean.size(0); }

  const RidgeFeatures& features;
  at::Tensor classes, mean, projected, gram, squares, products;
};

template <class Targets>
LinearFit ridge_path(const RidgeFeatures& features, const Targets& targets, const at::Tensor& rows) {
  double best_error = std::numeric_limits<double>::infinity();
  double best = kLargestPenalty;
  for (double penalty = kSmallestPenalty; penalty <= kLargestPenalty * 1.001; penalty *= kPenaltyStep) {
    const at::Tensor shrinking = features.shrinking(penalty);
    const at::Tensor squared = targets.squared_residuals(shrinking);
    const double error = (squared / features.remainder(shrinking).square()).sum().item<double>();
    if (error < best_error) {
      best_error = error;
      best = penalty;
    }
  }
  const at::Tensor shrinking = features.shrinking(best);
  const at::Tensor weight = targets.weight(shrinking), y = targets.rows(rows);
  const at::Tensor fitted =
      features.basis.index_select(0, rows).matmul(targets.projected * shrinking.unsqueeze(1));
  const at::Tensor remainder = features.remainder(shrinking).index_select(0, rows).unsqueeze(1);
  return {weight.to(at::kFloat), (targets.mean - weight.matmul(features.mean)).to(at::kFloat),
          y - (y - targets.mean - fitted) / remainder, rows};
}

}  // namespace

LinearFit class_means(const at::Tensor& features, const at::Tensor& classes, std::int64_t class_count) {
  check_features(features, classes);
  const at::Tensor x = features.to(at::kDouble);
  const at::Tensor counts = class_counts(classes, class_count);
  check_classes(counts, "class_means");
  const at::Tensor sums = class_sums(x, classes, class_count);
  const at::Tensor means = sums / counts.unsqueeze(1);

  // Without example i, its own class has the mean (sum − x_i) / (count − 1).
  const at::Tensor rows = kept_rows(x.size(0), class_count);
  const at::Tensor kept = x.index_select(0, rows), own = classes.index_select(0, rows);
  const at::Tensor own_count = counts.index_select(0, own).unsqueeze(1);
  const at::Tensor own_mean = (sums.index_select(0, own) - kept) / (own_count - 1);
  const at::Tensor own_logit = (kept * own_mean).sum(1).mul(2).sub(own_mean.square().sum(1)).unsqueeze(1);
  at::Tensor held_out = double_logits(kept, means).scatter_(1, own.unsqueeze(1), own_logit);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  held_out.masked_fill_(own_count < 2, nan);
  return {means.mul(2).to(at::kFloat), means.square().sum(1).neg().to(at::kFloat), held_out, rows};
}

LinearFit ridge(const at::Tensor& features, const at::Tensor& targets) {
  check_features(features, targets);
  TORCH_CHECK(targets.dim() == 2, "ridge takes targets [N, K], got ", targets.sizes());
  const RidgeFeatures prepared(features);
  return ridge_path(prepared, DenseTargets(prepared, targets.to(at::kDouble)),
                    at::arange(targets.size(0), at::kLong));
}

LinearFit ridge(const at::Tensor& features, const at::Tensor& classes, std::int64_t class_count) {
  check_features(features, classes);
  const at::Tensor counts = class_counts(classes, class_count);
  check_classes(counts, "ridge");
  const at::Tensor rows = kept_rows(classes.size(0), class_count);
  const RidgeFeatures prepared(features);
  if (class_count > prepared.rank())
    return ridge_path(prepared, ManyClasses(prepared, classes, counts), rows);
  const at::Tensor targets = at::one_hot(classes, class_count).to(at::kDouble);
  return ridge_path(prepared, DenseTargets(prepared, targets), rows);
}

double fit_temperature(const at::Tensor& logits, const at::Tensor& classes) {
  const at::Tensor known = at::isnan(logits).any(1).logical_not().nonzero().squeeze(1);
  if (known.numel() == 0) return 1;
  const at::Tensor x = logits.index_select(0, known), y = classes.index_select(0, known);
  const auto loss = [&](double log_factor) {
    return at::cross_entropy_loss(x * std::exp(log_factor), y).item<double>();
  };
  // The loss is convex in the factor, so unimodal in its logarithm: golden-section search.
  const double golden = (std::sqrt(5.0) - 1) / 2;
  double low = std::log(1e-2), high = std::log(1e3);
  double a = high - golden * (high - low), b = low + golden * (high - low);
  double loss_a = loss(a), loss_b = loss(b);
  for (int i = 0; i < 60; ++i) {
    if (loss_a < loss_b) {
      high = b;
      b = a;
      loss_b = loss_a;
      a = high - golden * (high - low);
      loss_a = loss(a);
    } else {
      low = a;
      a = b;
      loss_a = loss_b;
      b = low + golden * (high - low);
      loss_b = loss(b);
    }
  }
  return std::exp((low + high) / 2);
}

LinearLayer closed_form_classifier(const std::string& method, const at::Tensor& features,
                                   const at::Tensor& classes, std::int64_t class_count) {
  const at::Tensor present = class_counts(classes, class_count).nonzero().squeeze(1);
  const std::int64_t known = present.size(0);
  const at::Tensor number =
      at::zeros({class_count}, at::kLong).index_copy_(0, present, at::arange(known, at::kLong));
  const at::Tensor compact = number.index_select(0, classes);
  const LinearFit fit =
      method == "ridge" ? ridge(features, compact, known) : class_means(features, compact, known);
  const double factor = fit_temperature(fit.held_out, compact.index_select(0, fit.rows));
  const at::Tensor weight = fit.weight * factor, bias = fit.bias * factor;
  const double rarity = std::log(2.0 * static_cast<double>(classes.size(0)) / static_cast<double>(known));
  return {weight.mean(0).repeat({class_count, 1}).index_copy_(0, present, weight),
          (bias.mean() - rarity).repeat({class_count}).index_copy_(0, present, bias)};
}

}  // namespace mtt::nn

// Weighting plugins through the real loader, and gradients to try them on.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/ops/tensor.h>

#include <cmath>
#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "catch.h"
#include "mtt/value.h"
#include "mtt/weighting.h"
#include "plugin/make_parts.h"
#include "plugin/plugin_catalog.h"

using Numbers = std::vector<double>;

/// Rows of gradients, one a task.
using Rows = std::vector<Numbers>;

const Rows kA = {{2, 0}, {-1, 1}};
const Rows kT = {{-4, 1, 1}, {6, 1, 1}};
const Rows kB = {{1, 0, 0}, {-1, 1, 0}, {0, -2, 1}};

/// Tasks named t0, t1, ... with these kinds of loss.
inline std::vector<mtt::WeightedTask> tasks_of(const std::vector<mtt::LossKind>& kinds) {
  std::vector<mtt::WeightedTask> tasks;
  for (const mtt::LossKind kind : kinds) tasks.push_back({"t" + std::to_string(tasks.size()), kind});
  return tasks;
}

inline std::vector<mtt::WeightedTask> tasks_of(std::size_t count) {
  return tasks_of(std::vector<mtt::LossKind>(count, mtt::LossKind::classification));
}

inline std::unique_ptr<mtt::Weighting> make(const std::string& name,
                                            const std::vector<mtt::WeightedTask>& tasks,
                                            const mtt::Value& options = {}) {
  mtt::PluginCatalog catalog({MTT_PLUGINS});
  const mtt::WeightingPlugin plugin = catalog.weighting(name);
  auto made = mtt::make_weighting(plugin, mtt::Options::read(plugin.options, options, "[weighting]"));
  made->begin(tasks);
  return made;
}

inline std::unique_ptr<mtt::Weighting> make(const std::string& name, std::size_t tasks,
                                            const mtt::Value& options = {}) {
  return make(name, tasks_of(tasks), options);
}

/// One option.
inline mtt::Value option(const std::string& key, mtt::Value value) {
  mtt::Value table;
  table.set(key, std::move(value));
  return table;
}

/// A step with these losses; tasks whose loss is NaN are absent.
inline mtt::WeightingStep step_with(const Numbers& losses, std::uint64_t seed = 7) {
  mtt::WeightingStep step;
  step.seed = seed;
  step.losses = losses;
  for (std::size_t i = 0; i < losses.size(); ++i)
    if (!std::isnan(losses[i])) step.present.push_back(i);
  return step;
}

inline mtt::WeightingStep step_of(std::size_t tasks, std::uint64_t seed = 7) {
  return step_with(Numbers(tasks, 1.0), seed);
}

inline Numbers weights(mtt::Weighting& weighting, const Numbers& losses) {
  return weighting.weights(step_with(losses));
}

inline double dot(const Numbers& a, const Numbers& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

inline double norm(const Numbers& a) { return std::sqrt(dot(a, a)); }

inline double sum(const Numbers& a) { return std::accumulate(a.begin(), a.end(), 0.0); }

inline at::Tensor gram_of(const Rows& rows) {
  const auto n = static_cast<std::int64_t>(rows.size());
  Numbers products;
  for (const Numbers& a : rows)
    for (const Numbers& b : rows) products.push_back(dot(a, b));
  return at::tensor(products, at::kDouble).reshape({n, n});
}

inline Numbers coefficients(mtt::Weighting& weighting, const Rows& rows, std::uint64_t seed = 7) {
  return weighting.coefficients(gram_of(rows), step_of(rows.size(), seed));
}

/// Σ α_i g_i
inline Numbers combined(const Rows& rows, const Numbers& alpha) {
  Numbers d(rows[0].size());
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (std::size_t p = 0; p < d.size(); ++p) d[p] += alpha[i] * rows[i][p];
  return d;
}

/// The shared gradient that a weighting makes of rows; a new weighting with default options unless given.
inline Numbers shared(const std::string& name, const Rows& rows, const mtt::Value& options = {},
                      std::uint64_t seed = 7) {
  return combined(rows, coefficients(*make(name, rows.size(), options), rows, seed));
}

inline void check_near(const Numbers& found, const Numbers& expected, double tolerance = 2e-6) {
  INFO(Catch::Detail::stringify(found) << " against " << Catch::Detail::stringify(expected));
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    CHECK(std::abs(found[i] - expected[i]) <= tolerance * std::max(1.0, std::abs(expected[i])));
}

inline bool finite(const Numbers& numbers) { return std::isfinite(sum(numbers)); }

/// Rows whose lengths differ widely.
inline Rows random_rows(std::size_t tasks, std::size_t width, unsigned seed) {
  std::mt19937 generator(seed);
  std::normal_distribution<double> normal;
  Rows rows(tasks, Numbers(width));
  for (Numbers& row : rows) {
    const double scale = std::exp(2 * normal(generator));
    for (double& x : row) x = scale * normal(generator);
  }
  return rows;
}

/// The numbers of a weighting's only parameter, and of its gradient.
inline Numbers numbers_of(const at::Tensor& tensor) {
  const float* data = tensor.const_data_ptr<float>();
  return {data, data + tensor.numel()};
}
inline Numbers parameter(const mtt::Weighting& weighting) {
  return numbers_of(weighting.parameters().at(0).tensor);
}
inline Numbers gradient(const mtt::Weighting& weighting) {
  return numbers_of(weighting.parameters().at(0).tensor.grad());
}

/// x ← x - rate · (gradient + decay · x): plain gradient descent, as the known answers have it.
inline void descend(const mtt::Weighting& weighting, double rate) {
  at::Tensor tensor = weighting.parameters().at(0).tensor;
  const Numbers slope = gradient(weighting);
  auto* x = tensor.mutable_data_ptr<float>();
  for (std::size_t i = 0; i < slope.size(); ++i)
    x[i] = static_cast<float>(x[i] - rate * (slope[i] + weighting.weight_decay() * x[i]));
}

/// Adam's first step with the weighting's own rate and decay.
inline void first_adam_step(const mtt::Weighting& weighting) {
  at::Tensor tensor = weighting.parameters().at(0).tensor;
  const Numbers slope = gradient(weighting);
  auto* x = tensor.mutable_data_ptr<float>();
  for (std::size_t i = 0; i < slope.size(); ++i) {
    const double g = slope[i] + weighting.weight_decay() * x[i];
    x[i] = static_cast<float>(x[i] - weighting.learning_rate() * g / (std::abs(g) + 1e-8));
  }
}

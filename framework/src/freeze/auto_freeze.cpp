#include "freeze/auto_freeze.h"

#include <ATen/TensorOperators.h>

#include <algorithm>
#include <cmath>

#include "freeze/frontier.h"
#include "model/parameter_name.h"

namespace mtt {
namespace {

/// Linear interpolation between order statistics.
double percentile_of(std::vector<double> values, double percent) {
  std::sort(values.begin(), values.end());
  const double position = percent / 100 * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  if (values[above] == values[below] || position == static_cast<double>(below)) return values[below];
  return std::min(values[above],
                  values[below] + (position - static_cast<double>(below)) * (values[above] - values[below]));
}

}  // namespace

AutoFreeze::AutoFreeze(std::int64_t layers, double percentile) : layers_(layers), percentile_(percentile) {}

void AutoFreeze::add(const std::vector<nn::NamedParameter>& backbone) {
  for (const auto& [name, tensor] : backbone) {
    if (layer_of_parameter(name) < first_ || !tensor.grad().defined()) continue;
    const auto sum = std::find_if(sums_.begin(), sums_.end(),
                                  [&name = name](const nn::NamedParameter& s) { return s.name == name; });
    if (sum == sums_.end())
      sums_.push_back({name, tensor.grad().clone()});
    else
      sum->tensor.add_(tensor.grad());
  }
}

std::int64_t AutoFreeze::decide() {
  std::vector<double> now(layers_, 0.0);
  for (const auto& [name, sum] : sums_)
    now[layer_of_parameter(name)] += sum.abs().sum(at::kDouble).item<double>();
  sums_.clear();
  if (!before_.empty() && first_ < layers_) {
    const auto active = [&](const std::vector<double>& all) {
      return std::vector<double>(all.begin() + first_, all.end());
    };
    first_ = first_active(active(before_), active(now), first_, percentile_);
  }
  before_ = std::move(now);
  return first_;
}

std::int64_t AutoFreeze::first_active(const std::vector<double>& before, const std::vector<double>& now,
                                      std::int64_t first, double percentile) {
  std::vector<double> change(now.size());
  for (std::size_t l = 0; l < now.size(); ++l) {
    if (before[l] > 0)
      change[l] = std::abs(before[l] - now[l]) / before[l];
    else
      change[l] = now[l] > 0 ? INFINITY : 0;
  }
  const double threshold = percentile_of(change, percentile);
  const auto settled = std::find_if(change.begin(), change.end(), [&](double c) { return c >= threshold; });
  return first + (settled - change.begin());
}

Value AutoFreeze::state() const {
  Value::Array before;
  for (const double norm : before_) before.emplace_back(norm);
  return Value::Table{{"first", first_}, {"before", std::move(before)}};
}

void AutoFreeze::restore(const Value& state, std::vector<nn::NamedParameter> sums) {
  first_ = state.at("first").integer();
  before_.clear();
  for (const Value& norm : state.at("before").array()) before_.push_back(norm.number());
  sums_ = std::move(sums);
}

}  // namespace mtt

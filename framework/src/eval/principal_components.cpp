#include "eval/principal_components.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace mtt {
namespace {

constexpr int kMostRounds = 300;
constexpr double kSettled = 1e-10;
constexpr double kNothing = 1e-9;  // of a vector's length: what rounding leaves

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

/// A unit vector without its part along `other`; zeros where nothing is left.
void orthonormalise(std::vector<double>& vector, const std::vector<double>* other) {
  const double before = std::sqrt(dot(vector, vector));
  if (other) {
    const double along = dot(vector, *other);
    for (std::size_t i = 0; i < vector.size(); ++i) vector[i] -= along * (*other)[i];
  }
  const double norm = std::sqrt(dot(vector, vector));
  for (double& value : vector) value = norm > kNothing * before ? value / norm : 0;
}

}  // namespace

PrincipalComponents principal_components(const float* rows, std::size_t count, std::size_t width) {
  PrincipalComponents result{std::vector<double>(count, 0.0), std::vector<double>(count, 0.0)};
  std::vector<double> mean(width, 0.0), centred(count * width);
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t d = 0; d < width; ++d) mean[d] += rows[i * width + d] / static_cast<double>(count);
  double variance = 0;
  for (std::size_t i = 0; i < count * width; ++i) {
    centred[i] = rows[i] - mean[i % width];
    variance += centred[i] * centred[i];
  }
  if (!(variance > 0)) return result;

  std::vector<double> first;
  for (int component = 0; component < 2; ++component) {
    // power iteration on Xᵀ X from the longest row
    std::size_t longest = 0;
    double length = -1;
    for (std::size_t i = 0; i < count; ++i) {
      std::vector<double> row(centred.begin() + static_cast<std::ptrdiff_t>(i * width),
                              centred.begin() + static_cast<std::ptrdiff_t>((i + 1) * width));
      const double along = component == 0 ? 0 : dot(row, first), size = dot(row, row) - along * along;
      if (size > length) {
        length = size;
        longest = i;
      }
    }
    std::vector<double> axis(centred.begin() + static_cast<std::ptrdiff_t>(longest * width),
                             centred.begin() + static_cast<std::ptrdiff_t>((longest + 1) * width));
    orthonormalise(axis, component == 0 ? nullptr : &first);
    std::vector<double>& places = component == 0 ? result.x : result.y;
    for (int round = 0; round < kMostRounds; ++round) {
      std::vector<double> next(width, 0.0);
      for (std::size_t i = 0; i < count; ++i) {
        const double* row = &centred[i * width];
        const double place = std::inner_product(axis.begin(), axis.end(), row, 0.0);
        for (std::size_t d = 0; d < width; ++d) next[d] += place * row[d];
      }
      orthonormalise(next, component == 0 ? nullptr : &first);
      const bool settled = 1 - std::abs(dot(next, axis)) < kSettled;
      axis = next;
      if (settled) break;
    }
    const auto largest = std::max_element(axis.begin(), axis.end(),
                                          [](double a, double b) { return std::abs(a) < std::abs(b); });
    if (*largest < 0)
      for (double& value : axis) value = -value;
    for (std::size_t i = 0; i < count; ++i)
      places[i] = std::inner_product(axis.begin(), axis.end(), &centred[i * width], 0.0);
    (component == 0 ? result.share_x : result.share_y) = dot(places, places) / variance;
    if (component == 0) first = axis;
  }
  return result;
}

}  // namespace mtt

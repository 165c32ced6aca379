#include "eval/cosine.h"

#include <cmath>

namespace mtt {
namespace {

double dot(const float* a, const float* b, std::size_t width) {
  double sum = 0;
  for (std::size_t d = 0; d < width; ++d) sum += double{a[d]} * double{b[d]};
  return sum;
}

}  // namespace

double cosine(const float* a, const float* b, std::size_t width) {
  const double value = dot(a, b, width) / std::sqrt(dot(a, a, width) * dot(b, b, width));
  return std::isfinite(value) ? value : 0;
}

std::vector<double> cosine_similarities(const float* vectors, std::size_t count, std::size_t width) {
  std::vector<double> values(count * count);
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t j = 0; j <= i; ++j)
      values[i * count + j] = values[j * count + i] = cosine(vectors + i * width, vectors + j * width, width);
  return values;
}

}  // namespace mtt

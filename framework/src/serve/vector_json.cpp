#include "serve/vector_json.h"

#include <cmath>
#include <string_view>

#include "io/base64.h"
#include "io/json_row.h"

namespace mtt {

std::string vector_json(const at::Tensor& vectors, std::int64_t row, bool base64) {
  const std::int64_t width = vectors.size(1);
  const float* values = vectors.const_data_ptr<float>() + row * width;
  if (!base64) return json_row(values, width);
  const auto bytes = static_cast<std::size_t>(width) * sizeof(float);
  return "\"" + mtt::base64({reinterpret_cast<const char*>(values), bytes}) + "\"";
}

std::string matrix_json(const at::Tensor& vectors) {
  std::string all = "[";
  for (std::int64_t i = 0; i < vectors.size(0); ++i)
    all += (i > 0 ? "," : "") + vector_json(vectors, i, false);
  return all + "]";
}

double cosine(const at::Tensor& vectors, std::int64_t a, std::int64_t b) {
  const std::int64_t width = vectors.size(1);
  const float* const all = vectors.const_data_ptr<float>();
  double product = 0, first = 0, second = 0;
  for (std::int64_t i = 0; i < width; ++i) {
    const double x = all[a * width + i], y = all[b * width + i];
    product += x * y;
    first += x * x;
    second += y * y;
  }
  return product == 0 ? 0 : product / std::sqrt(first * second);
}

}  // namespace mtt

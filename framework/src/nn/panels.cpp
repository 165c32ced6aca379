#include "nn/panels.h"

#include <vector>

namespace mtt::nn {

at::Tensor Panels::filled_up(const at::Tensor& rows) const {
  if (out_ == outputs()) return rows;
  std::vector<std::int64_t> shape = rows.sizes().vec();
  shape[0] = outputs();
  const at::Tensor result = at::zeros(shape, rows.options());
  result.narrow(0, 0, out_).copy_(rows);
  return result;
}

}  // namespace mtt::nn

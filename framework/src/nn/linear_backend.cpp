#include "nn/linear_backend.h"

namespace mtt::nn {

const LinearBackend& linear_backend(at::Device device, at::ScalarType precision) {
  if (device.is_cpu() && precision == at::kFloat)
    if (const LinearBackend* packed = packed_backend()) return *packed;
  return libtorch_backend();
}

}  // namespace mtt::nn

#include "nn/linear_backend.h"

namespace mtt::nn {

const LinearBackend& linear_backend(at::Device device, at::ScalarType type) {
  if (device.is_cpu() && type == at::kFloat)
    if (const LinearBackend* packed = packed_backend()) return *packed;
  return libtorch_backend();
}

const LinearBackend* reduced_backend(Precision precision) {
  return precision == Precision::int8   ? int8_backend()
         : precision == Precision::bf16 ? bf16_backend()
                                        : nullptr;
}

}  // namespace mtt::nn

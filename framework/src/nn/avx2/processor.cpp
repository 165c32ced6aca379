#include "nn/avx2/processor.h"

namespace mtt::nn::avx2 {

#if defined(__x86_64__)

bool supported() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }

bool linear_pays() {
  return supported() && !(__builtin_cpu_is("intel") && __builtin_cpu_supports("avx512f"));
}

#else

bool supported() { return false; }
bool linear_pays() { return false; }

#endif

}  // namespace mtt::nn::avx2

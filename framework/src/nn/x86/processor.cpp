#include "nn/x86/processor.h"

#include <ATen/Version.h>

namespace mtt::nn::x86 {

#if defined(__x86_64__)

namespace {

bool has_avx512() {
  static const bool result = at::get_cpu_capability() == "AVX512" && __builtin_cpu_supports("avx512f") &&
                             __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
                             __builtin_cpu_supports("avx512dq");
  return result;
}

bool has_avx2() {
  static const bool result = at::get_cpu_capability().starts_with("AVX") && __builtin_cpu_supports("avx2") &&
                             __builtin_cpu_supports("fma");
  return result;
}

}  // namespace

const LinearKernel* linear_kernel(std::int64_t out) {
  if (has_avx512() && out % avx512::kLinear.panel == 0) return &avx512::kLinear;
  return has_avx2() ? &avx2::kLinear : nullptr;
}

const AttentionKernel* attention_kernel(std::int64_t size) {
  if (size % kAttentionBlock != 0) return nullptr;
  return has_avx512() ? &avx512::kAttention : has_avx2() ? &avx2::kAttention : nullptr;
}

#else

const LinearKernel* linear_kernel(std::int64_t) { return nullptr; }
const AttentionKernel* attention_kernel(std::int64_t) { return nullptr; }

#endif

}  // namespace mtt::nn::x86

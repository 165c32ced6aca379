#include "nn/x86/processor.h"

#include <ATen/Version.h>

#if defined(__x86_64__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

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

// Bit 4 of EAX of leaf 7, subleaf 1; GCC's __builtin_cpu_supports does not know it.
bool has_avx_vnni() {
  unsigned int eax = 0, ebx = 0, ecx = 0, edx = 0;
  return __get_cpuid_count(7, 1, &eax, &ebx, &ecx, &edx) != 0 && (eax & 1U << 4) != 0;
}

// Linux lets a process use tiles after it has asked (Documentation/arch/x86/xstate.rst).
bool may_use_tiles() {
  constexpr long kRequestPermission = 0x1023, kTileData = 18;
  return ::syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}

// Bits 22, 24 and 25 of EDX of leaf 7: AMX-BF16, AMX-TILE and AMX-INT8; the kernels use VNNI and BF16
// instructions of AVX-512 as well.
bool has_amx() {
  static const bool result = [] {
    constexpr unsigned int kNeeded = 1U << 22 | 1U << 24 | 1U << 25;
    unsigned int eax = 0, ebx = 0, ecx = 0, edx = 0;
    return has_avx512() && __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512bf16") &&
           __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) != 0 && (edx & kNeeded) == kNeeded &&
           may_use_tiles();
  }();
  return result;
}

}  // namespace

const LinearKernel* linear_kernel(std::int64_t out) {
  if (has_avx512() && out % avx512::kLinear.panel == 0) return &avx512::kLinear;
  return has_avx2() ? &avx2::kLinear : nullptr;
}

bool is_wider_than_mkl() { return has_avx512() && !__builtin_cpu_is("intel"); }

std::vector<const Int8Kernel*> int8_kernels() {
  std::vector<const Int8Kernel*> kernels;
  if (has_amx()) kernels.push_back(&amx::kInt8);
  if (has_avx512() && __builtin_cpu_supports("avx512vnni")) kernels.push_back(&avx512_vnni::kInt8);
  if (has_avx2() && has_avx_vnni()) kernels.push_back(&avx_vnni::kInt8);
  if (has_avx2()) kernels.push_back(&avx2::kInt8);
  return kernels;
}

std::vector<const Bf16Kernel*> bf16_kernels() {
  std::vector<const Bf16Kernel*> kernels;
  if (has_amx()) kernels.push_back(&amx::kBf16);
  if (has_avx512() && __builtin_cpu_supports("avx512bf16")) kernels.push_back(&avx512_bf16::kBf16);
  return kernels;
}

const AttentionKernel* attention_kernel(std::int64_t size) {
  if (size % kAttentionBlock != 0) return nullptr;
  return has_avx512() ? &avx512::kAttention : has_avx2() ? &avx2::kAttention : nullptr;
}

const NormKernel* norm_kernel(std::int64_t size) {
  if (size % kNormBlock != 0) return nullptr;
  return has_avx512() ? &avx512::kNorm : has_avx2() ? &avx2::kNorm : nullptr;
}

#else

bool is_wider_than_mkl() { return false; }
std::vector<const Int8Kernel*> int8_kernels() { return {}; }
std::vector<const Bf16Kernel*> bf16_kernels() { return {}; }
const LinearKernel* linear_kernel(std::int64_t) { return nullptr; }
const AttentionKernel* attention_kernel(std::int64_t) { return nullptr; }
const NormKernel* norm_kernel(std::int64_t) { return nullptr; }

#endif

const Int8Kernel* int8_kernel() {
  static const std::vector<const Int8Kernel*> kernels = int8_kernels();
  return kernels.empty() ? nullptr : kernels.front();
}

const Bf16Kernel* bf16_kernel() {
  static const std::vector<const Bf16Kernel*> kernels = bf16_kernels();
  return kernels.empty() ? nullptr : kernels.front();
}

}  // namespace mtt::nn::x86

// The kernels of this folder are compiled for AVX2 and FMA, and called only where the processor has both.
// Their sources include nothing whose inline functions the linker could share with the rest of the program.
#pragma once

namespace mtt::nn::avx2 {

/// Whether this processor has AVX2 and FMA.
bool supported();

/// Whether `linear` beats the matrix products that LibTorch brings: on processors with AVX2, except on
/// Intel's with AVX-512, for which LibTorch's are tuned.
bool linear_pays();

}  // namespace mtt::nn::avx2

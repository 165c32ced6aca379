// Processors that never get here, since `supported()` is false on them.
#include "nn/avx2/attention.h"
#include "nn/avx2/linear.h"

namespace mtt::nn::avx2 {

std::int64_t attention_scratch(std::int64_t, std::int64_t) { return 0; }
void attention(const AttentionHead&, float*) {}
void pack(const float*, std::int64_t, std::int64_t, float*) {}
void linear(const LinearArguments&, std::int64_t, std::int64_t) {}

}  // namespace mtt::nn::avx2

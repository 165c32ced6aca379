#include <ATen/core/Tensor.h>
#include <ATen/ops/zeros.h>

int main() { return static_cast<int>(at::zeros({1}).item<float>()); }

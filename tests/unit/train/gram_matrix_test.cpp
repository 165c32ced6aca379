#include "train/gram_matrix.h"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/zeros.h>

#include "catch.h"

TEST_CASE("the products of gradients are those of double precision, the same bits on any number of threads") {
  for (const std::int64_t size : {0, 5, 16384, 50001}) {
    const at::Tensor rows = at::randn({3, size}) * 1e-3 + 1;  // float sums would lose four digits
    const at::Tensor wide = rows.to(at::kDouble);
    const at::Tensor expected = wide.matmul(wide.t());
    const int threads = at::get_num_threads();
    at::set_num_threads(4);
    const at::Tensor gram = mtt::gram_matrix(rows);
    INFO(size);
    CHECK((gram - expected).abs().max().item<double>() <= 1e-12 * static_cast<double>(size + 1));
    at::set_num_threads(1);
    CHECK(mtt::gram_matrix(rows).equal(gram));
    at::set_num_threads(threads);
  }
  CHECK_THROWS(mtt::gram_matrix(at::zeros({4, 3}).t()));
}

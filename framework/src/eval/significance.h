// Significance tests of differences.
#pragma once

#include <cstdint>
#include <vector>

namespace mtt {

/// The two-sided p-value of Student's paired t-test (Student 1908) of differences. Differences that are not
/// finite are left out. NaN for fewer than two; if all are equal, 1 for zero and 0 otherwise.
double paired_t_test(const std::vector<double>& differences);

/// The two-sided p-value of McNemar's exact test (McNemar 1947): of the examples on which two models differ,
/// `first` are right in the first model only and `second` in the second only. 1 if there are none.
double mcnemar_test(std::int64_t first, std::int64_t second);

/// Which hypotheses are rejected at this false discovery rate (Benjamini and Hochberg 1995). NaN is
/// not counted as a hypothesis.
std::vector<bool> benjamini_hochberg(const std::vector<double>& p, double rate);

}  // namespace mtt

// Cosine similarities.
#pragma once

#include <cstddef>
#include <vector>

namespace mtt {

/// The cosine of two vectors; 0 where one is zero or not finite.
double cosine(const float* a, const float* b, std::size_t width);

/// The cosines of `count` vectors, row by row, with each other: count · count values.
std::vector<double> cosine_similarities(const float* vectors, std::size_t count, std::size_t width);

}  // namespace mtt

// Examples that a probe holds out of its own training examples.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mtt {

/// Two parts of the numbers 0 .. strata.size()-1, both ascending.
struct ExampleParts {
  std::vector<std::int64_t> kept, held_out;
};

/// Holds out a share of the examples of every stratum, drawn with a fixed seed; a stratum of one example
/// stays among the kept ones, and every other keeps one at least. The same strata give the same parts.
ExampleParts hold_out(const std::vector<std::string>& strata, double share);

}  // namespace mtt

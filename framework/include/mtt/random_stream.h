// Random draws that depend on their purpose, not on earlier draws.
#pragma once

#include <cmath>
#include <cstdint>
#include <string_view>
#include <vector>

namespace mtt {

/// A bijective 64-bit hash: the finaliser of splitmix64 (Steele et al. 2014).
inline std::uint64_t splitmix64(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

/// The step between the states of a splitmix64 generator.
inline constexpr std::uint64_t kSplitmixStep = 0x9e3779b97f4a7c15U;

/// A stream of random numbers seeded by (seed, purpose, step). Adding a task, removing one or resuming
/// a run does not change the draws of other streams.
class RandomStream {
 public:
  RandomStream(std::uint64_t seed, std::string_view purpose, std::uint64_t step) : state_(seed) {
    for (const char c : purpose)
      state_ = (splitmix64(state_) ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    state_ = splitmix64(state_) ^ splitmix64(step + kSplitmixStep);
  }

  std::uint64_t next() { return splitmix64(state_ += kSplitmixStep); }
  /// In [0, 1).
  double uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }
  /// In 0 .. count-1; count is at least 1.
  std::uint64_t below(std::uint64_t count) {
    const std::uint64_t limit = UINT64_MAX - UINT64_MAX % count;
    std::uint64_t draw = next();
    while (draw >= limit) draw = next();
    return draw % count;
  }
  /// Standard normal (Box and Muller 1958).
  double normal() {
    const double radius = std::sqrt(-2 * std::log(1 - uniform()));
    return radius * std::cos(6.283185307179586 * uniform());
  }
  /// Fisher and Yates.
  template <class T>
  void shuffle(std::vector<T>& items) {
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
  }

 private:
  std::uint64_t state_;
};

}  // namespace mtt

// How the learning rate moves over training.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mtt {

/// The factor of the learning rate at every step of T.
///
/// constant, linear and cosine climb linearly from 0 over ceil(warmup · T) steps, as Hugging Face's
/// schedules do: t/warm for t < warm. Then constant stays at 1, linear falls to 0 at T: (T-t)/(T-warm), and
/// cosine does so along half a cosine. stlr is the slanted triangle of ULMFiT (Howard and Ruder 2018,
/// equation 3) with cut_frac = warmup and ratio 32: it climbs from 1/32 over floor(warmup · T) steps and
/// falls back to 1/32.
class Schedule {
 public:
  /// An unknown name, a share outside 0 .. 1 or fewer than one step throws Error.
  Schedule(std::string_view name, double warmup, std::int64_t steps);

  static std::vector<std::string> names();  ///< constant, linear, cosine, stlr

  /// step: 0, 1, ...; never negative, 0 after the end where the schedule ends at 0.
  double factor(std::int64_t step) const;

 private:
  enum class Shape { constant, linear, cosine, stlr };
  double slanted(double t) const;

  Shape shape_;
  double warmup_;
  double steps_;
  double warmup_steps_;
};

}  // namespace mtt

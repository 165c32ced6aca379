// How far a long work has come.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace mtt {

/// A bar with rate and time left on standard error where that is a terminal; elsewhere a line every ten
/// seconds. Work that ends within a second shows nothing.
class Progress {
 public:
  /// Without a total, only the share says how much is left.
  explicit Progress(std::string what, std::int64_t total = 0);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// `done` items make up this `share` of the work, 0 where that is unknown; `note` says more about it.
  void update(std::int64_t done, double share, const std::string& note = "");
  /// Takes the bar away, so that something else can be printed; the next update draws it again.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;
  std::string what_;
  std::int64_t total_;
  bool terminal_;
  bool shown_ = false;
  Clock::time_point start_ = Clock::now();
  Clock::time_point last_ = start_;
};

}  // namespace mtt

// How far a long work has come, on a terminal.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "report/messages.h"

namespace mtt {

/// A bar with rate and time left on standard error where that is a terminal; elsewhere a line every ten
/// seconds. Work that ends within a second shows nothing.
class ProgressBar final : public Progress {
 public:
  /// Without a total, only the share says how much is left.
  explicit ProgressBar(std::string what, std::int64_t total = 0);
  ~ProgressBar() override;
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void update(std::int64_t done, double share, const std::string& note = "") override;
  /// Takes the bar away, so that something else can be printed; the next update draws it again.
  void clear() override;

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

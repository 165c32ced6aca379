// The progress of a long operation on a terminal.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "report/messages.h"

namespace mtt {

/// Prints to standard error: on a terminal a bar with rate and remaining time, otherwise a line every ten
/// seconds. Nothing is printed for operations that end within a second.
class ProgressBar final : public Progress {
 public:
  /// Without a total, only the share gives the remaining time.
  explicit ProgressBar(std::string what, std::int64_t total = 0);
  ~ProgressBar() override;
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void update(std::int64_t done, double share, const std::string& note = "") override;
  /// Removes the bar, so that something else can be printed; the next update draws it again.
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

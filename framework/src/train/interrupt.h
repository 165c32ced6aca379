// Stopping a long run politely.
#pragma once

namespace mtt {

/// While it lives, the first SIGINT and the first SIGTERM are noted instead of ending the process; a second
/// one of the same kind ends it. At its end both end the process again.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  /// The signal's number, 0 where none came.
  int signal() const;
};

}  // namespace mtt

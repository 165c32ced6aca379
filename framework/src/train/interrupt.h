// Stopping a long run at the next step.
#pragma once

#include <csignal>
#include <vector>

namespace mtt {

/// While it lives, the first SIGINT, SIGTERM and SIGHUP (a terminal that was closed) are noted instead of
/// ending the process; a second one of the same kind ends it. A SIGHUP that was ignored, as under nohup,
/// stays ignored. At its end all is as it was before.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  /// The signal's number, 0 where none came.
  int signal() const;

 private:
  struct Before {
    int signal;
    struct sigaction action;
  };

  std::vector<Before> before_;
};

}  // namespace mtt

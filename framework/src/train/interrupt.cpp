#include "train/interrupt.h"

#include <csignal>

namespace mtt {
namespace {

volatile std::sig_atomic_t noted_signal = 0;  // the one thing that a handler may write

void note(int signal) { noted_signal = signal; }

}  // namespace

InterruptGuard::InterruptGuard() {
  noted_signal = 0;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction old = {};
    ::sigaction(signal, nullptr, &old);
    if (signal == SIGHUP && old.sa_handler == SIG_IGN) continue;
    struct sigaction action = {};
    action.sa_handler = note;
    action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
    ::sigaction(signal, &action, nullptr);
    before_.push_back({signal, old});
  }
}

InterruptGuard::~InterruptGuard() {
  for (const Before& before : before_) ::sigaction(before.signal, &before.action, nullptr);
}

int InterruptGuard::signal() const { return noted_signal; }

}  // namespace mtt

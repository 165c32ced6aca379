#include "sweep/child_runs.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <exception>
#include <map>
#include <thread>

#include "io/open_file.h"
#include "mtt/error.h"
#include "train/interrupt.h"

namespace mtt {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kPause = std::chrono::milliseconds(20);

struct Running {
  std::size_t number;
  Clock::time_point start;
};

int start(const ChildRun& run) {
  const int log = open_retrying(run.log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
  if (log < 0) throw Error("the file '" + run.log.string() + "' cannot be written: " + std::strerror(errno));
  try {
    const int child = start_this_program(run.arguments, log, log);
    ::close(log);
    return child;
  } catch (...) {
    ::close(log);
    throw;
  }
}

/// The terminal gives its SIGINT and SIGHUP to all, and a second one of a kind would end a run at once; so
/// another kind is passed on.
int passed_on(int signal) { return signal == SIGTERM ? SIGINT : SIGTERM; }

}  // namespace

int run_children(std::size_t count, std::size_t jobs, const std::function<ChildRun(std::size_t)>& make,
                 const std::function<void(std::size_t, const ChildEnd&)>& ended) {
  const InterruptGuard interrupt;
  std::map<int, Running> running;
  int signal = 0;
  std::exception_ptr failure;
  const auto stop = [&](int with) {
    for (const auto& [child, run] : running) ::kill(child, with);
  };
  const auto trying = [&](const auto& work) {
    try {
      work();
    } catch (...) {
      if (!failure) stop(SIGTERM);
      failure = failure ? failure : std::current_exception();
    }
  };
  for (std::size_t next = 0; next < count || !running.empty();) {
    if (signal == 0 && interrupt.signal() != 0) {
      signal = interrupt.signal();
      stop(passed_on(signal));
    }
    const bool ends = signal != 0 || failure;
    if (ends && running.empty()) break;
    if (!ends && next < count && running.size() < jobs) {
      trying([&] {
        const int child = start(make(next));
        running.emplace(child, Running{next++, Clock::now()});
      });
      continue;
    }
    bool any = false;
    for (auto at = running.begin(); at != running.end();) {
      int status = 0;
      rusage usage{};
      if (::wait4(at->first, &status, WNOHANG, &usage) != at->first) {
        ++at;
        continue;
      }
      const Running run = at->second;
      at = running.erase(at);
      any = true;
      const double seconds = std::chrono::duration<double>(Clock::now() - run.start).count();
      trying([&] {
        ended(run.number, {process_end(status), seconds, static_cast<double>(usage.ru_maxrss) / 1024});
      });
    }
    if (!any) std::this_thread::sleep_for(kPause);
  }
  if (failure) std::rethrow_exception(failure);
  return signal;
}

}  // namespace mtt

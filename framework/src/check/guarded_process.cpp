#include "check/guarded_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <thread>

#include "mtt/error.h"

namespace mtt {

ProcessEnd run_guarded(const std::vector<std::string>& arguments, std::int64_t seconds,
                       const std::function<void(const std::string&)>& line) {
  int pipe_ends[2];
  if (::pipe2(pipe_ends, O_CLOEXEC) != 0)
    throw Error(std::string("a pipe cannot be created: ") + std::strerror(errno));
  const int child = start_this_program(arguments, pipe_ends[1], STDERR_FILENO);
  ::close(pipe_ends[1]);

  ProcessEnd end;
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + std::chrono::seconds(seconds);
  std::string buffer;
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    pollfd wait{pipe_ends[0], POLLIN, 0};
    const int ready = left > 0 ? ::poll(&wait, 1, static_cast<int>(left)) : 0;
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0) {
      end.timed_out = true;
      ::kill(child, SIGKILL);
      break;
    }
    char bytes[4096];
    const ssize_t got = ::read(pipe_ends[0], bytes, sizeof bytes);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    buffer.append(bytes, static_cast<std::size_t>(got));
    for (std::size_t at; (at = buffer.find('\n')) != std::string::npos; buffer.erase(0, at + 1))
      line(buffer.substr(0, at));
  }
  ::close(pipe_ends[0]);
  int status = 0;
  while (true) {  // what it does at its end may hang as well
    const pid_t ended = ::waitpid(child, &status, WNOHANG);
    if (ended == child || (ended < 0 && errno != EINTR)) break;
    if (!end.timed_out && Clock::now() >= deadline) {
      end.timed_out = true;
      ::kill(child, SIGKILL);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  const bool timed_out = end.timed_out;
  end = process_end(status);
  end.timed_out = timed_out;
  return end;
}

}  // namespace mtt

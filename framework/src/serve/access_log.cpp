#include "serve/access_log.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cmath>
#include <system_error>

#include "io/utc_time.h"
#include "mtt/error.h"
#include "mtt/value.h"
#include "value/utf8.h"

namespace mtt {

namespace {

constexpr std::size_t kMostWaiting = 10'000;
constexpr std::chrono::seconds kPatienceAtEnd{2};
constexpr int kPollMilliseconds = 100;

}  // namespace

AccessLog::AccessLog(const std::string& path)
    : file_{path == "-" ? STDERR_FILENO
                        : ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666)} {
  if (file_.descriptor < 0)
    throw Error("cannot open the access log '" + path +
                "' for writing: " + std::generic_category().message(errno));
}

AccessLog::~AccessLog() { patience_ = Clock::now() + kPatienceAtEnd; }

AccessLog::File::~File() {
  if (descriptor > STDERR_FILENO) ::close(descriptor);
}

void AccessLog::add(const AccessLogEntry& entry) {
  const std::string path =
      find_invalid_utf8(entry.path) == std::string::npos ? entry.path : "(not valid UTF-8)";
  const std::string line =
      Value(Value::Table{{"time", utc_time_with_milliseconds(std::chrono::system_clock::now())},
                         {"peer", entry.peer},
                         {"method", entry.method},
                         {"path", path},
                         {"status", entry.status},
                         {"ms", std::round(entry.milliseconds * 1000) / 1000},
                         {"inputs", static_cast<std::int64_t>(entry.inputs)},
                         {"tokens", entry.tokens},
                         {"bytes", static_cast<std::int64_t>(entry.bytes)}})
          .json() +
      "\n";
  if (!thread_.run([this, line] { write(line); }, kMostWaiting)) ++lost_;
}

void AccessLog::write(const std::string& line) {
  const std::int64_t lost = lost_.exchange(0);
  std::string text = torn_ ? "\n" : "";
  if (lost > 0) text += Value(Value::Table{{"lost", lost}}).json() + "\n";
  text += line;
  const std::size_t written = write_bytes(text);
  if (written != text.size()) lost_ += lost + 1;
  if (written > 0) torn_ = written != text.size();
}

// A pipe that is ready takes PIPE_BUF bytes without waiting.
std::size_t AccessLog::write_bytes(std::string_view bytes) {
  std::size_t done = 0;
  while (done < bytes.size() && is_ready()) {
    const std::string_view next = bytes.substr(done, PIPE_BUF);
    const ssize_t size = ::write(file_.descriptor, next.data(), next.size());
    if (size <= 0) break;
    done += static_cast<std::size_t>(size);
  }
  return done;
}

bool AccessLog::is_ready() const {
  pollfd file{file_.descriptor, POLLOUT, 0};
  bool waits = true;
  while (waits) {
    waits = Clock::now() < patience_.load();
    if (::poll(&file, 1, waits ? kPollMilliseconds : 0) > 0) return true;
  }
  return false;
}

}  // namespace mtt

#include "serve/access_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <system_error>

#include "mtt/error.h"
#include "mtt/value.h"
#include "value/utf8.h"

namespace mtt {

namespace {

std::string utc_now() {
  const auto now = std::chrono::system_clock::now();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  std::tm time{};
  ::gmtime_r(&seconds, &time);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &time);
  char fraction[8];
  const auto since = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch());
  std::snprintf(fraction, sizeof fraction, ".%03dZ", static_cast<int>(since.count() % 1000));
  return std::string(text) + fraction;
}

constexpr std::size_t kMostWaiting = 10'000;

}  // namespace

AccessLog::AccessLog(const std::string& path)
    : file_{path == "-" ? STDERR_FILENO
                        : ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666)} {
  if (file_.descriptor < 0)
    throw Error("cannot open the access log '" + path +
                "' for writing: " + std::generic_category().message(errno));
}

AccessLog::File::~File() {
  if (descriptor > STDERR_FILENO) ::close(descriptor);
}

void AccessLog::add(const AccessLogEntry& entry) {
  const std::string path =
      find_invalid_utf8(entry.path) == std::string::npos ? entry.path : "(not valid UTF-8)";
  const std::string line = Value(Value::Table{{"time", utc_now()},
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
  if (!thread_.run_unless_full([this, line] { write(line); }, kMostWaiting)) ++lost_;
}

void AccessLog::write(const std::string& line) {
  const std::int64_t lost = lost_.exchange(0);
  std::string text = torn_ ? "\n" : "";
  if (lost > 0) text += Value(Value::Table{{"lost", lost}}).json() + "\n";
  text += line;
  const ssize_t written = ::write(file_.descriptor, text.data(), text.size());
  if (written != static_cast<ssize_t>(text.size())) lost_ += lost + 1;
  torn_ = written > 0 ? written != static_cast<ssize_t>(text.size()) : torn_;
}

}  // namespace mtt

#include "serve/access_log.h"

#include <chrono>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <filesystem>

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

std::int64_t size_of(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  return error ? 0 : static_cast<std::int64_t>(size);
}

}  // namespace

AccessLog::AccessLog(const std::string& path) {
  if (path != "-") file_.emplace(path, size_of(path));
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
  const std::lock_guard lock(mutex_);
  try {
    if (file_)
      file_->append(line);
    else
      std::fputs(line.c_str(), stderr);
  } catch (const Error&) {
    return;  // a full disk must not end the service
  }
}

}  // namespace mtt

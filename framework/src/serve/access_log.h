// One line of JSON for each request.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "serve/background_thread.h"

namespace mtt {

/// What the log says of a request. It holds no text of a client.
struct AccessLogEntry {
  std::string peer = {}, method = {}, path = {};
  int status = 0;
  double milliseconds = 0;
  std::size_t inputs = 0;
  std::int64_t tokens = 0;
  std::size_t bytes = 0;  ///< of the answer's body
};

/// Appends {"time", "peer", "method", "path", "status", "ms", "inputs", "tokens", "bytes"} to a file, or to
/// standard error, on a thread of its own: a disk or a reader that is slow holds nobody up. Lines that cannot
/// be written are counted, and their number is the next line: {"lost": 3}. May be called from any thread.
class AccessLog {
 public:
  /// "-": standard error. A file that cannot be written throws Error.
  explicit AccessLog(const std::string& path);
  /// Writes the lines that wait, as long as they are taken; gives up two seconds after that ends.
  ~AccessLog();
  void add(const AccessLogEntry& entry);

 private:
  using Clock = std::chrono::steady_clock;

  void write(const std::string& line);
  std::size_t write_bytes(std::string_view bytes);
  bool is_ready() const;

  /// Closed when all lines are written.
  struct File {
    int descriptor;
    ~File();
  };
  File file_;
  bool torn_ = false;  ///< the last line was written in part
  std::atomic<std::int64_t> lost_ = 0;
  std::atomic<Clock::time_point> patience_ = Clock::time_point::max();  ///< until when a reader is waited for
  BackgroundThread thread_;  ///< last: what waits for it uses the others
};

}  // namespace mtt

// One line of JSON for each request.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "http/message.h"
#include "io/append_file.h"

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
/// standard error. May be called from any thread.
class AccessLog {
 public:
  /// "-": standard error. A file that cannot be written throws Error.
  explicit AccessLog(const std::string& path);
  void add(const AccessLogEntry& entry);

 private:
  std::mutex mutex_;
  std::optional<AppendFile> file_;
};

}  // namespace mtt

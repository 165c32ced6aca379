// What a client asks of an HTTP server, and its answer.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace mtt {

/// A complete request, as far as the server's routes need it.
struct HttpRequest {
  std::string method;         ///< "GET", "POST", ...
  std::string path;           ///< as sent, without the query
  std::string content_type;   ///< "" where there is no such header
  std::string authorization;  ///< "" where there is no such header
  std::string body;
  std::string peer;  ///< "127.0.0.1:40312"; "unix" for a Unix socket
  /// Becomes true when the client leaves before its answer, on the thread of the server.
  std::shared_ptr<const std::atomic<bool>> abandoned = {};
};

/// The answer to one request. The server adds the headers of the connection and Content-Length.
struct HttpResponse {
  int status = 200;
  std::string content_type = "application/json";  ///< "" for an answer without a body
  std::string body = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::shared_ptr<void> kept = {};  ///< destroyed when the answer is written, or cannot be
};

}  // namespace mtt

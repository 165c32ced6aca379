// HTTP/1.1 on a TCP or Unix socket.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "http/message.h"

namespace mtt {

/// Where a server listens.
struct HttpAddress {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;      ///< 0: the system chooses a free one
  std::string unix_path = {};  ///< not empty: a Unix socket instead of host and port

  /// Whether only programs of this machine can connect.
  bool is_local() const;
};

/// What a client may use before it is refused or disconnected.
struct HttpLimits {
  std::size_t body = 2'000'000;      ///< bytes; more: 413
  std::uint32_t header = 16'384;     ///< bytes; more: 431
  std::chrono::seconds request{30};  ///< from a request's first byte to its last; longer: 408
  std::chrono::seconds idle{75};     ///< without a request; longer: the connection is closed
};

/// Takes the answer to a request, once, on any thread.
using HttpReply = std::function<void(HttpResponse)>;

/// What a server does with requests. Both are called on the thread of HttpServer::run.
struct HttpHandlers {
  /// Answers a request, now or later. What it throws is answered with status 500.
  std::function<void(HttpRequest, HttpReply)> handle;
  /// The answer to what is no request or exceeds a limit. Of the request it gets the peer, and method and
  /// path where these are known.
  std::function<HttpResponse(int status, const std::string& message, const HttpRequest& request)> refuse;
};

/// A server of one thread, which reads requests, hands them over and writes their answers; whatever takes
/// longer belongs to other threads. It keeps connections alive, answers `Expect: 100-continue`, and has a
/// deadline for everything that a client does. TLS and HTTP/2 belong to a reverse proxy.
class HttpServer {
 public:
  /// Listens from now on; SIGINT and SIGTERM wait for `run`. An address that cannot be had throws Error. A
  /// Unix socket that nobody listens on is replaced.
  HttpServer(const HttpAddress& address, const HttpLimits& limits, HttpHandlers handlers);
  ~HttpServer();

  /// "http://127.0.0.1:3000", "unix:/run/mtt.sock"
  const std::string& url() const;

  /// Serves until SIGINT or SIGTERM, or until stop() is called; then accepts no more, closes connections that
  /// ask nothing, and returns 0 when all requests that were received are answered. A second signal ends it at
  /// once, and is returned. `on_stop` is called when stopping begins, and must not throw.
  int run(std::function<void()> on_stop);
  /// May be called from any thread.
  void stop();

  struct Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace mtt

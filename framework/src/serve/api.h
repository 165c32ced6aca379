// The routes of a server, and what each request passes on its way.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "http/http_server.h"
#include "serve/access_log.h"
#include "serve/metrics.h"
#include "serve/outcome.h"
#include "serve/served_model.h"

namespace mtt {

/// Answers requests: finds the route, checks key and limits, reads the body, lets the session work, and
/// counts. `handle` belongs to the thread of the HTTP server; answers come from threads of the session.
class Api {
 public:
  /// `key`: "" for none. `log` may be null; both must outlive this, and the session must have ended before.
  Api(const ServedModel& served, std::string key, AccessLog* log);

  void handle(HttpRequest request, HttpReply reply);
  /// The answer to what is no request.
  HttpResponse refuse(int status, const std::string& message, const HttpRequest& request);
  /// From now on /health says 503.
  void stop() { stopping_ = true; }

 private:
  struct Route {
    bool open = false;  ///< needs no key
    std::function<HttpResponse()> get = {};
    std::function<Outcome(const Value& body)> post = {};
  };
  struct Exchange;

  void add_routes();
  std::string allowed(const Route& route) const;
  bool has_key(const HttpRequest& request) const;
  std::shared_ptr<void> permit();
  void work(Work work, const std::shared_ptr<Exchange>& exchange);
  void answer(Response& response, const Work& work, Exchange& exchange);

  const ServedModel& served_;
  std::string key_;
  AccessLog* log_;
  ServerMetrics metrics_;
  std::map<std::string, Route> routes_;
  std::atomic<std::int64_t> running_ = 0;  ///< requests that were accepted and whose answers are not written
  std::atomic<bool> stopping_ = false;
};

}  // namespace mtt

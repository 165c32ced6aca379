// Serving a model over HTTP.
#pragma once

#include <functional>
#include <string>

#include "http/http_server.h"
#include "run/open_model.h"
#include "serve/served_model.h"

namespace mtt {

/// Where a model is served, and to whom.
struct ServeSettings {
  HttpAddress address = {};
  HttpLimits http = {};
  ServeLimits limits = {};
  std::string api_key = {};     ///< "": none is asked for
  std::string access_log = {};  ///< a file, or "-" for standard error; "": none
};

/// Serves a model until SIGINT or SIGTERM, and answers all requests that were received before it returns 0. A
/// second signal ends it at once, and is returned.
/// `on_ready` gets the address once the model has answered a first request of its own; `on_stop` is called
/// when a signal came, and must not throw. The session of `open` has ended afterwards.
int serve(OpenModel& open, const ServeSettings& settings,
          const std::function<void(const std::string& url)>& on_ready, const std::function<void()>& on_stop);

}  // namespace mtt

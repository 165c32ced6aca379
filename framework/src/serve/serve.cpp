#include "serve/serve.h"

#include <optional>
#include <utility>

#include "serve/access_log.h"
#include "serve/api.h"

namespace mtt {

namespace {

/// The first forward pass takes longer than the others. What it says of the model is an error at the start.
void warm_up(const OpenModel& open) {
  const MultiTaskModel& model = *open.encoder.model;
  const bool predicts = !model.tasks().empty();
  for (const bool pair : {false, true}) {
    Request request{.texts = {"A first text."}};
    if (pair) request.second_texts = {"A second text."};
    request.predictions = predicts;
    open.session->run(std::move(request));
    if (!model.reads_pairs()) return;
  }
}

/// At its end nobody holds a reply any more, which belongs to the server.
struct AnswersEnd {
  OpenModel& open;
  ~AnswersEnd() { open.session.reset(); }
};

}  // namespace

int serve(OpenModel& open, const ServeSettings& settings,
          const std::function<void(const std::string& url)>& on_ready, const std::function<void()>& on_stop) {
  std::optional<AccessLog> log;
  if (!settings.access_log.empty()) log.emplace(settings.access_log);
  const ServedModel served(open, settings.limits);
  Api api(served, settings.api_key, log ? &*log : nullptr);
  HttpServer server(
      settings.address, settings.http,
      {.handle = [&](HttpRequest request,
                     HttpReply reply) { api.handle(std::move(request), std::move(reply)); },
       .refuse = [&](int status, const std::string& message,
                     const HttpRequest& request) { return api.refuse(status, message, request); }});
  const AnswersEnd end{open};
  warm_up(open);
  on_ready(server.url());
  return server.run([&] {
    api.stop();
    on_stop();
  });
}

}  // namespace mtt

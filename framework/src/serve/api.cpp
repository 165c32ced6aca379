#include "serve/api.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "mtt/error.h"
#include "plugin/failure_reason.h"
#include "serve/openai_routes.h"
#include "serve/openapi.h"
#include "serve/page.h"
#include "serve/tasks_route.h"
#include "serve/tei_predictions.h"
#include "serve/tei_routes.h"
#include "value/json.h"

namespace mtt {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_between(Clock::time_point begin, Clock::time_point end) {
  return std::max(0.0, std::chrono::duration<double>(end - begin).count());
}

std::string lower_case(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

/// "a b" of "a%20b".
std::string percent_decoded(const std::string& path) {
  const auto digit = [](char c) -> int {
    if (c >= '0' && c <= '9') return c - '0';
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  };
  std::string decoded;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '%' && i + 2 < path.size() && digit(path[i + 1]) >= 0 && digit(path[i + 2]) >= 0) {
      decoded += static_cast<char>(digit(path[i + 1]) * 16 + digit(path[i + 2]));
      i += 2;
    } else {
      decoded += path[i];
    }
  }
  return decoded;
}

bool is_json(const std::string& content_type) {
  const std::string type = lower_case(content_type.substr(0, content_type.find(';')));
  return type.empty() || type.starts_with("application/json");
}

/// Takes the same time wherever the two differ.
bool equal(const std::string& given, const std::string& expected) {
  unsigned char difference = given.size() != expected.size();
  for (std::size_t i = 0; i < given.size(); ++i)
    difference |=
        static_cast<unsigned char>(given[i] ^ expected[i % std::max<std::size_t>(1, expected.size())]);
  return difference == 0;
}

ApiStyle style_of(const std::string& path) {
  return path.starts_with("/v1/") ? ApiStyle::openai : ApiStyle::tei;
}

std::string milliseconds(double seconds) {
  return std::to_string(static_cast<std::int64_t>(seconds * 1000 + 0.5));
}

}  // namespace

/// A request and its reply, until it is answered.
struct Api::Exchange {
  AccessLogEntry entry;
  HttpReply reply;
  ApiStyle style = ApiStyle::tei;
  Clock::time_point begin = Clock::now();
  AccessLog* log = nullptr;
  ServerMetrics* metrics = nullptr;
  std::shared_ptr<const std::atomic<bool>> abandoned;
  bool has_texts = true;         ///< not token ids
  std::shared_ptr<void> permit;  ///< goes with the answer

  void send(HttpResponse response) {
    response.kept = std::move(permit);
    entry.status = response.status;
    entry.bytes = response.body.size();
    entry.milliseconds = seconds_between(begin, Clock::now()) * 1000;
    if (log != nullptr) log->add(entry);
    reply(std::move(response));
  }
  void refuse(const Refusal& refusal) {
    metrics->count_failure(lower_case(refusal.type));
    send(error_response(refusal, style));
  }
  /// Refuses for the exception that is being handled.
  void fail() {
    if (abandoned && *abandoned)
      return refuse({.status = 499,
                     .type = "Cancelled",
                     .message = "the client closed the connection before the answer was ready"});
    refuse({.status = 424, .type = "Backend", .message = failure_reason(/*verbose=*/false)});
  }
};

Api::Api(const ServedModel& served, std::string key, AccessLog* log)
    : served_(served), key_(std::move(key)), log_(log) {
  served.open().session->observe(
      [this](std::int64_t texts, std::int64_t tokens) { metrics_.count_batch(texts, tokens); });
  add_routes();
}

void Api::add_routes() {
  const ServedModel* served = &served_;
  const auto post = [&](const std::string& path, auto answer) { routes_[path].post = answer; };
  const auto get = [&](const std::string& path, auto answer, bool open) {
    routes_[path].open = open;
    routes_[path].get = answer;
  };
  const auto named = [&](const std::string& path, auto route) {
    post(path, [served, route](const Value& body) { return route(*served, std::nullopt, body); });
    for (const Task& task : served->tasks())
      post(path + "/" + task.name,
           [served, route, name = task.name](const Value& body) { return route(*served, name, body); });
  };
  post("/v1/embeddings", [served](const Value& body) { return openai_embeddings(*served, body); });
  get(
      "/v1/models", [served] { return openai_models(*served); }, false);
  get(
      "/v1/models/" + served->name(), [served] { return openai_model(*served); }, false);
  for (const char* path : {"/embed", "/"})
    post(path, [served](const Value& body) { return tei_embed(*served, body); });
  post("/embed_all", [served](const Value& body) { return tei_embed_all(*served, body); });
  post("/similarity", [served](const Value& body) { return tei_similarity(*served, body); });
  post("/tokenize", [served](const Value& body) { return tei_tokenize(*served, body); });
  post("/tasks", [served](const Value& body) { return answer_tasks(*served, body); });
  named("/predict", tei_predict);
  named("/rerank", tei_rerank);
  get(
      "/info", [served] { return tei_info(*served); }, false);
  get(
      "/health", [this] { return HttpResponse{.status = stopping_ ? 503 : 200, .content_type = ""}; }, true);
  get(
      "/metrics",
      [this, served] {
        return HttpResponse{.content_type = "text/plain; version=0.0.4; charset=utf-8",
                            .body = metrics_.text(served->open().session->waiting())};
      },
      true);
  get(
      "/openapi.json", [served] { return json_response(openapi_document(*served)); }, true);
  get(
      "/", [served] { return page_html(*served); }, true);
  get(
      "/page.js", [] { return page_script(); }, true);
}

std::string Api::allowed(const Route& route) const {
  return std::string(route.get ? "GET, HEAD" : "") + (route.get && route.post ? ", " : "") +
         (route.post ? "POST" : "");
}

bool Api::has_key(const HttpRequest& request) const {
  static const std::string kBearer = "bearer ";
  return key_.empty() || (lower_case(request.authorization.substr(0, kBearer.size())) == kBearer &&
                          equal(request.authorization.substr(kBearer.size()), key_));
}

void Api::handle(HttpRequest request, HttpReply reply) {
  const auto exchange = std::make_shared<Exchange>();
  exchange->entry = {.peer = request.peer, .method = request.method, .path = request.path};
  exchange->reply = std::move(reply);
  exchange->abandoned = request.abandoned;
  exchange->log = log_;
  exchange->metrics = &metrics_;
  const std::string path = percent_decoded(request.path);
  exchange->style = style_of(path);
  const auto found = routes_.find(path);
  if (found == routes_.end())
    return exchange->refuse(
        {.status = 404, .type = "NotFound", .message = "unknown path; GET /openapi.json lists all paths"});
  const Route& route = found->second;
  const bool get = request.method == "GET" || request.method == "HEAD";
  if (!(get && route.get) && !(request.method == "POST" && route.post)) {
    Refusal refusal{.status = 405,
                    .type = "MethodNotAllowed",
                    .message = "this path does not allow " + request.method + "; use " + allowed(route)};
    metrics_.count_failure("methodnotallowed");
    HttpResponse response = error_response(refusal, exchange->style);
    response.headers.emplace_back("Allow", allowed(route));
    return exchange->send(std::move(response));
  }
  if (!(get && route.open) && !has_key(request))
    return exchange->refuse({.status = 401,
                             .type = "Unauthorized",
                             .message = "the API key is missing or wrong; send 'Authorization: Bearer KEY'",
                             .code = "invalid_api_key"});
  if (get) return exchange->send(route.get());
  if (!is_json(request.content_type))
    return exchange->refuse({.status = 415,
                             .type = "UnsupportedMediaType",
                             .message = "the body must be JSON; send 'Content-Type: application/json'"});
  Value body;
  try {
    body = parse_json(request.body, "body");
  } catch (const Error& error) {
    return exchange->refuse({.status = 400, .message = error.what()});
  }
  std::optional<Outcome> outcome;
  try {
    outcome = route.post(body);
  } catch (const Error& error) {
    return exchange->refuse({.message = error.what()});
  } catch (...) {
    return exchange->fail();
  }
  if (auto* refusal = std::get_if<Refusal>(&*outcome)) return exchange->refuse(*refusal);
  if (auto* response = std::get_if<HttpResponse>(&*outcome)) return exchange->send(std::move(*response));
  exchange->permit = permit();
  if (exchange->permit == nullptr)
    return exchange->refuse({.status = 429,
                             .type = "Overloaded",
                             .message = "too many requests at the same time (limit: " +
                                        std::to_string(served_.limits().concurrent_requests) +
                                        "); try again later"});
  work(std::move(std::get<Work>(*outcome)), exchange);
}

/// Null: there are as many requests as the server accepts.
std::shared_ptr<void> Api::permit() {
  if (++running_ > served_.limits().concurrent_requests) {
    --running_;
    return nullptr;
  }
  return {this, [](void* api) { --static_cast<Api*>(api)->running_; }};
}

HttpResponse Api::refuse(int status, const std::string& message, const HttpRequest& request) {
  metrics_.count_failure("http");
  HttpResponse response = error_response({.status = status, .type = "Http", .message = message},
                                         style_of(percent_decoded(request.path)));
  if (log_ != nullptr)
    log_->add({.peer = request.peer,
               .method = request.method,
               .path = request.path,
               .status = status,
               .bytes = response.body.size()});
  return response;
}

void Api::work(Work work, const std::shared_ptr<Exchange>& exchange) {
  metrics_.count_request(work.route, work.single);
  exchange->entry.inputs = work.request.size();
  exchange->has_texts = work.request.token_ids.empty();
  Request request = std::move(work.request);
  request.cancelled = exchange->abandoned;
  const auto own = std::make_shared<const Work>(std::move(work));
  served_.open().session->submit(std::move(request),
                                 [this, own, exchange](Response response, const std::exception_ptr& error) {
                                   try {
                                     if (error) std::rethrow_exception(error);
                                     answer(response, *own, *exchange);
                                   } catch (...) {
                                     exchange->fail();
                                   }
                                 });
}

void Api::answer(Response& response, const Work& work, Exchange& exchange) {
  const auto end = Clock::now();
  exchange.entry.tokens = response.tokens;
  if (response.too_long)
    return exchange.refuse({.message = "input " + std::to_string(*response.too_long + 1) +
                                       " is longer than " + std::to_string(served_.max_tokens()) +
                                       " tokens; shorten it" +
                                       (exchange.has_texts ? ", or set \"truncate\" to true" : "")});
  auto written = work.write(response);
  if (const auto* refusal = std::get_if<Refusal>(&written)) return exchange.refuse(*refusal);
  HttpResponse answer = json_response(std::move(std::get<std::string>(written)));
  const RequestTimes& times = response.times;
  const auto started = times.started == RequestTimes::Point() ? end : times.started;
  const RequestDurations durations{.total = seconds_between(exchange.begin, Clock::now()),
                                   .tokenization = seconds_between(times.submitted, times.tokenized),
                                   .queue = seconds_between(times.tokenized, started),
                                   .inference = seconds_between(started, end)};
  metrics_.count_success(work.route, work.single, durations);
  answer.headers = {{"x-compute-type", "cpu"},
                    {"x-compute-time", milliseconds(durations.total)},
                    {"x-compute-tokens", std::to_string(response.tokens)},
                    {"x-total-time", milliseconds(durations.total)},
                    {"x-tokenization-time", milliseconds(durations.tokenization)},
                    {"x-queue-time", milliseconds(durations.queue)},
                    {"x-inference-time", milliseconds(durations.inference)}};
  exchange.send(std::move(answer));
}

}  // namespace mtt

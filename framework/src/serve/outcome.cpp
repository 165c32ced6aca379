#include "serve/outcome.h"

#include <utility>

#include "mtt/value.h"

namespace mtt {

namespace {

Value text_or_null(const std::string& text) { return text.empty() ? Value() : Value(text); }

const char* openai_type(int status) {
  if (status == 401) return "authentication_error";
  if (status == 429) return "rate_limit_error";
  return status < 500 ? "invalid_request_error" : "server_error";
}

}  // namespace

HttpResponse error_response(const Refusal& refusal, ApiStyle style) {
  HttpResponse response{.status = refusal.status};
  if (style == ApiStyle::openai) {
    if (response.status == 422) response.status = 400;
    response.body = Value(Value::Table{{"error", Value::Table{{"message", refusal.message},
                                                              {"type", openai_type(response.status)},
                                                              {"param", text_or_null(refusal.param)},
                                                              {"code", text_or_null(refusal.code)}}}})
                        .json();
  } else {
    response.body = Value(Value::Table{{"error", refusal.message}, {"error_type", refusal.type}}).json();
  }
  if (response.status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
  if (response.status == 429) response.headers.emplace_back("Retry-After", "1");
  return response;
}

HttpResponse json_response(std::string json) { return {.status = 200, .body = std::move(json)}; }

}  // namespace mtt

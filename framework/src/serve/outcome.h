// What a route makes of a request's body.
#pragma once

#include <functional>
#include <string>
#include <variant>

#include "http/message.h"
#include "model/request.h"

namespace mtt {

/// In whose shape a route answers errors.
enum class ApiStyle { tei, openai };

/// A request that is refused.
struct Refusal {
  int status = 422;
  std::string type = "Validation";  ///< as text-embeddings-inference names it
  std::string message = {};
  std::string param = {};  ///< of OpenAI's shape: the key at fault; "" where none is
  std::string code = {};   ///< of OpenAI's shape
};

/// Texts for the session, and how its response becomes an answer.
struct Work {
  std::string route;  ///< for metrics: "embed", "predict", ...
  bool single = false;
  Request request = {};
  /// The answer's JSON, or why there is none. Called once, on a thread of the session.
  std::function<std::variant<std::string, Refusal>(Response&)> write = {};
};

/// What a request needs: the session, or, as an answer or a refusal, nothing more.
using Outcome = std::variant<Work, HttpResponse, Refusal>;

/// The error in the shape of the route.
HttpResponse error_response(const Refusal& refusal, ApiStyle style);

/// An answer of status 200.
HttpResponse json_response(std::string json);

}  // namespace mtt

// The shapes of OpenAI: POST /v1/embeddings, GET /v1/models.
#pragma once

#include "mtt/value.h"
#include "serve/outcome.h"
#include "serve/served_model.h"

namespace mtt {

/// The vectors of `mtt encode`. Any model name is accepted, since a server has one model; the answer names
/// it.
Outcome openai_embeddings(const ServedModel& served, const Value& body);

HttpResponse openai_models(const ServedModel& served);
HttpResponse openai_model(const ServedModel& served);

}  // namespace mtt

// The shapes of Hugging Face text-embeddings-inference.
#pragma once

#include "mtt/value.h"
#include "serve/outcome.h"
#include "serve/served_model.h"

namespace mtt {

Outcome tei_embed(const ServedModel& served, const Value& body);
/// The vectors of all tokens.
Outcome tei_embed_all(const ServedModel& served, const Value& body);
/// The cosine of one sentence and several.
Outcome tei_similarity(const ServedModel& served, const Value& body);
/// Tokens with offsets in code points.
Outcome tei_tokenize(const ServedModel& served, const Value& body);

HttpResponse tei_info(const ServedModel& served);

}  // namespace mtt

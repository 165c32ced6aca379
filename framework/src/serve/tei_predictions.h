// The predictions of one task, in the shapes of Hugging Face text-embeddings-inference.
#pragma once

#include <optional>
#include <string>

#include "mtt/value.h"
#include "serve/outcome.h"
#include "serve/served_model.h"

namespace mtt {

/// The probabilities of all classes of a task, or its raw outputs. Without a task: the only one with class
/// probabilities. With the key `parameters`, which Hugging Face's clients send, the answer to one text is a
/// list of one list, too.
Outcome tei_predict(const ServedModel& served, const std::optional<std::string>& task, const Value& body);
/// The texts by their scores beside a query, of a task on pairs. Without a task: the only one that scores.
Outcome tei_rerank(const ServedModel& served, const std::optional<std::string>& task, const Value& body);

}  // namespace mtt

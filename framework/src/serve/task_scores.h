// Numbers that the heads of a model give for texts, in the shapes of text-embeddings-inference.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "model/request.h"
#include "serve/outcome.h"
#include "serve/served_model.h"

namespace mtt {

/// The place of the named task; or of the only task that gives class probabilities of texts, or, for a
/// reranker, of the only one that scores pairs. None or several: a refusal.
std::variant<std::size_t, Refusal> task_with_probabilities(const ServedModel& served,
                                                           const std::optional<std::string>& name);
std::variant<std::size_t, Refusal> task_that_scores_pairs(const ServedModel& served,
                                                          const std::optional<std::string>& name);

/// [{"score": ..., "label": ...}, ...] of a text, best first, at most `most`: class probabilities, or with
/// `raw` the head's outputs. The request asked for all classes, or for logits. Null where the task read no
/// such text.
Value class_scores(const Task& task, const Response& response, std::size_t place, std::size_t text, bool raw,
                   std::size_t most);

/// The score of a pair: of a cross-encoder with one output its sigmoid, or with `raw` the output itself; of
/// other heads what they predict.
double pair_score(const Task& task, const Response& response, std::size_t place, std::size_t text, bool raw);

}  // namespace mtt

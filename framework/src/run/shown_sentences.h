// What a run says of the sentences that its [show] names.
#pragma once

#include <filesystem>
#include <set>
#include <string>

#include "experiment/experiment.h"
#include "model/encoder.h"
#include "model/session.h"
#include "report/messages.h"

namespace mtt {

/// Encodes the sentences of [show] and predicts for them: embeddings.npy, similarity.svg and
/// predictions.jsonl in `directory`, and all of it in the messages. Nothing where [show] names none; warns of
/// those that are among `example_texts`.
void show_sentences(const Experiment& experiment, const std::filesystem::path& directory,
                    const Encoder& encoder, Session& session, const std::set<std::string>& example_texts,
                    Messages& messages);

}  // namespace mtt

// The head of a directory that one of transformers' classes with heads wrote.
#pragma once

#include <optional>

#include "model/encoder.h"
#include "plugin/plugin_catalog.h"

namespace mtt {

/// The head of a ...ForTokenClassification (a task "tags") or ...ForSequenceClassification (a task "label")
/// directory of BERT's family, with its weights, whatever their number format; none for other directories.
/// Its predictions are those of transformers' pipeline (aggregation_strategy="first"). It reads the encoder's
/// last layer itself, so modules.json does not matter to it. Tags of BIOES and BILOU, which transformers
/// does not join, are named in `warnings`. A head that is not known, and weights that are missing or do not
/// fit the labels, throw Error.
std::optional<Task> hugging_face_task(const Encoder& encoder, PluginCatalog& plugins,
                                      std::vector<std::string>& warnings);

}  // namespace mtt

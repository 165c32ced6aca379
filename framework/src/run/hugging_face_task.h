// The head of a directory that one of transformers' classes with heads wrote.
#pragma once

#include <optional>

#include "model/encoder.h"
#include "plugin/plugin_catalog.h"

namespace mtt {

/// The head of a BertForTokenClassification (a task "tags") or BertForSequenceClassification (a task "label")
/// directory, with its weights; none for other directories. Tags that are not O, B-x and I-x, or weights that
/// do not fit the labels, throw Error.
std::optional<Task> hugging_face_task(const Encoder& encoder, PluginCatalog& plugins);

}  // namespace mtt

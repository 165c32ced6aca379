// head.safetensors: a linear head beside a sentence-transformers model.
#pragma once

#include <filesystem>
#include <optional>

#include "model/encoder.h"
#include "plugin/plugin_catalog.h"

namespace mtt {

/// The file in a model's directory. It holds `weight` [K, D] and `bias` [K], float32, for logits = vector Wᵀ
/// + b on the vectors that the directory gives; its metadata are `task` (a name), `head` (classification: a
/// softmax over K labels; multi_label: a sigmoid for each; regression: K = 1, the value itself), `labels` (a
/// JSON array, empty for regression) and, for multi_label, `threshold`.
inline constexpr const char* kLinearHeadFile = "head.safetensors";

/// Writes the file for a task with one of these heads. `threshold` is for multi_label.
void write_linear_head(const std::filesystem::path& file, const Task& task, double threshold);

/// The task of the encoder's directory; none where there is no such file. A file that does not fit the
/// vectors or has other metadata throws Error.
std::optional<Task> linear_head_task(const Encoder& encoder, PluginCatalog& plugins);

/// Whether such a file can hold a head: a classifier or regression of sentences.
bool is_linear_head(ProblemType type);

}  // namespace mtt

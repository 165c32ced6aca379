// From a model's name to its directory, among what this machine already has.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace mtt {

/// Whether what names a model begins as a path: with '/', './' or '../', or is '.' or '..'.
bool is_model_path(std::string_view name_or_path);

/// Finds a model: a directory as given (a value with '/' at its start, '.' or an existing directory), or a
/// name that is looked up, in order, in MTT_MODEL_PATH (colon-separated folders: the folder itself where its
/// name matches, or <folder>/<name>), the Hugging Face hub cache (HF_HUB_CACHE, HF_HOME,
/// ~/.cache/huggingface/hub; models--<org>--<name>/snapshots/<refs/main>), the sentence-transformers cache
/// (SENTENCE_TRANSFORMERS_HOME, ~/.cache/torch/sentence_transformers), mtt's own cache
/// (${XDG_CACHE_HOME:-~/.cache}/mtt/models/<name>), and Python packages that carry a model. A name without an
/// organisation also matches `sentence-transformers/<name>`. Not found: Error that lists every place tried.
std::filesystem::path find_model(const std::string& name_or_path);

}  // namespace mtt

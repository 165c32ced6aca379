// A directory without modules.json, as sentence-transformers takes it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "model/pooling.h"
#include "mtt/value.h"

namespace mtt {

/// The pooling that sentence-transformers gives a model without modules: the mean of its tokens; the last
/// token for architectures that end in ForCausalLM. `warnings` say so, and name the files of
/// sentence-transformers that are not read without modules.json.
Pooling plain_pooling(const std::filesystem::path& directory, const Value& config,
                      std::vector<std::string>& warnings);

}  // namespace mtt

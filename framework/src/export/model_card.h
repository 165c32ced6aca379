// README.md of an exported model.
#pragma once

#include <filesystem>
#include <string>

#include "model/encoder.h"
#include "mtt/value.h"

namespace mtt {

/// A model card with the front matter that model hubs read: the model, its pretrained encoder and its
/// training (the configuration of the run), its scores on held-out examples, and its use. `usage` is Python
/// code. `note` is a paragraph about the weights; it may be empty.
std::string model_card(const std::filesystem::path& run, const Encoder& encoder, const std::string& library,
                       const std::string& pipeline, const std::string& usage, const std::string& note = "");

}  // namespace mtt

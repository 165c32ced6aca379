// README.md of an exported model.
#pragma once

#include <filesystem>
#include <string>

#include "model/encoder.h"
#include "mtt/value.h"

namespace mtt {

/// A model card with the front matter that model hubs read: what the model is, what it was trained from and
/// how (the run's configuration), its scores on held-out examples, and how it is used. `usage` is Python.
std::string model_card(const std::filesystem::path& run, const Encoder& encoder, const std::string& library,
                       const std::string& pipeline, const std::string& usage);

}  // namespace mtt

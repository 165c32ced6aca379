// The LoRA adapter of a trained run as a directory that PEFT loads.
#pragma once

#include <filesystem>

#include "run/run_directory.h"

namespace mtt {

/// Writes adapter_config.json and adapter_model.safetensors for the pretrained encoder of the run. Throws
/// Error if the run also changed other weights of the encoder, or has no LoRA adapter.
void write_peft_adapter(LoadedRun& run, const std::filesystem::path& directory);

}  // namespace mtt

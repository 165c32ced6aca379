// Where a training can go on from.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "mtt/nn/module.h"
#include "mtt/value.h"

namespace mtt {

/// All that a training is at a moment: numbers as a tree, tensors by file and name.
struct Checkpoint {
  std::int64_t step = 0;
  Value state;
  std::map<std::string, std::vector<nn::NamedParameter>> tensors;  ///< by file: "model", "optimizer", ...
};

/// Writes `folder`/step-000000120/{state.json, <file>.safetensors, manifest.json}. Everything is written and
/// flushed into a folder of another name, the manifest (sizes and digests) last, and renamed; so a kill at
/// any moment leaves the checkpoints before. Afterwards all but the newest two are removed.
void save_checkpoint(const std::filesystem::path& folder, const Checkpoint& checkpoint);

/// Reads the newest checkpoint that is complete; what is wrong with newer ones goes to `warnings`. There are
/// some, but none is complete: Error. There is none at all: step -1.
Checkpoint load_checkpoint(const std::filesystem::path& folder, std::vector<std::string>& warnings);

/// True where `folder` holds a checkpoint, complete or not.
bool has_checkpoint(const std::filesystem::path& folder);

/// Removes all checkpoints; a kill meanwhile leaves none that is half removed.
void remove_checkpoints(const std::filesystem::path& folder);

}  // namespace mtt

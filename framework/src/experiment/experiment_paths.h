// Relative paths of an experiment file.
#pragma once

#include <filesystem>

#include "mtt/value.h"

namespace mtt {

/// Makes all paths of an experiment absolute: those of the file are relative to its folder, those of the
/// command line (kSetOption) to the working directory. `${MTT_DATA}` is expanded; Error where the variable is
/// not set.
void make_paths_absolute(Value& config, const std::filesystem::path& folder);

/// Throws Error where [backbone] model is the name of no model, but of a directory.
void check_model_name(const Value& config, const std::filesystem::path& folder);

}  // namespace mtt

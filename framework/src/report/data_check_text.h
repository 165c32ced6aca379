// A check of data, for people and for programs.
#pragma once

#include <string>

#include "data/data_check.h"
#include "mtt/value.h"

namespace mtt {

/// Files, then each task's labels with a bar for each, then what was found; errors last.
std::string data_check_text(const DataCheck& check);

/// {"max_tokens", "files": [{"role", "file", "examples", ...}], "tasks": [{"task", "kind", "labelled",
/// "labels"}], "errors": [{"about", "what", "examples"}], "notes": [...]}.
Value data_check_json(const DataCheck& check);

}  // namespace mtt

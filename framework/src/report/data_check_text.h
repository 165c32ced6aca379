// The result of a data check, as text and as JSON.
#pragma once

#include <string>

#include "data/data_check.h"
#include "mtt/value.h"

namespace mtt {

/// The files, the labels of each task with bars, then the findings, errors last.
std::string data_check_text(const DataCheck& check);

/// {"max_tokens", "files": [{"role", "file", "examples", ...}], "tasks": [{"task", "kind", "labelled",
/// "labels"}], "errors": [{"about", "what", "examples"}], "notes": [...]}.
Value data_check_json(const DataCheck& check);

}  // namespace mtt

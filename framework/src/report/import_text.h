// The result of an import, as text.
#pragma once

#include <string>

#include "data/import/imported.h"

namespace mtt {

/// "13084 examples; intent: 7 labels; entities: 39 labels, 33959 spans; similarity: 0 to 5".
std::string import_summary(const ImportedSplit& split);

/// "entities without text, dropped: 2, the first at f.json:12:7".
std::string import_note(const ImportNote& note);

}  // namespace mtt

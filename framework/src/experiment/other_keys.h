// What keys and tables of other systems' configurations are called in an experiment file.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "value/other_name.h"

namespace mtt {

/// The keys of PyTorch Lightning, transformers, sentence-transformers and scikit-learn that have another name
/// here. The own name is the end of a sentence: "learning_rate in [train]", or "not available: ...".
std::span<const OtherName> other_keys();

/// The same for tables: "model" → "[backbone]".
std::span<const OtherName> other_tables();

/// What to write instead of a key, `table` if its value is a table; "" for any other key.
std::string own_key(std::string_view key, bool table);

}  // namespace mtt

// What keys and tables of other systems' configurations are called here.
#pragma once

#include <string_view>

namespace mtt {

/// What to write instead of a key that PyTorch Lightning, transformers, sentence-transformers or scikit-learn
/// have, as the end of a sentence: "learning_rate in [train]"; "" for any other key.
std::string_view own_key(std::string_view key);

/// The same for a table: "model" → "[backbone]".
std::string_view own_table(std::string_view name);

}  // namespace mtt

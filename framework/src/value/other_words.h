// What words that other systems use as values of options are called here.
#pragma once

#include <string_view>

namespace mtt {

/// What a word that others use as the value of an option is here: ("pooling", "avg") → "mean"; "" for any
/// other. Heads and weightings declare such words themselves, as `other_names`.
std::string_view own_word(std::string_view option, std::string_view word);

}  // namespace mtt

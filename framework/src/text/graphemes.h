// Grapheme clusters: what a reader takes for one character.
#pragma once

#include <cstddef>
#include <span>

#include "text/symbol.h"

namespace mtt {

/// Where the extended grapheme cluster that begins at `begin` ends (Unicode Standard Annex 29; flags of two
/// regional indicators are two clusters here). `begin` is the start of the text or the end of a cluster.
std::size_t cluster_end(std::span<const Symbol> text, std::size_t begin);

}  // namespace mtt

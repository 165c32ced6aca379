// Unicode's normal forms (Unicode Standard Annex 15).
#pragma once

#include "text/symbol.h"

namespace mtt {

void nfd(Symbols& symbols, std::int32_t origin);   ///< canonical decomposition in canonical order
void nfkd(Symbols& symbols, std::int32_t origin);  ///< compatibility decomposition in canonical order
void nfc(Symbols& symbols, std::int32_t origin);   ///< nfd, then canonical composition
void nfkc(Symbols& symbols, std::int32_t origin);  ///< nfkd, then canonical composition

}  // namespace mtt

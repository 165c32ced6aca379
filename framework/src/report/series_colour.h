// The colours of series and classes.
#pragma once

#include <cstddef>

namespace mtt {

/// The colour of a series or a class, "#rrggbb": eight hues after Okabe and Ito (2008), distinguishable for
/// colour-blind readers, with a contrast of at least 3 on white and on the dark background of a page; grey
/// from the ninth on.
const char* series_colour(std::size_t index);

}  // namespace mtt

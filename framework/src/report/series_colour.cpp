#include "report/series_colour.h"

#include <iterator>

namespace mtt {

const char* series_colour(std::size_t index) {
  constexpr const char* kColours[] = {"#0072b2", "#d55e00", "#00916a", "#c1629f",
                                      "#b07d00", "#3a93bd", "#7f8500", "#8468d8"};
  return index < std::size(kColours) ? kColours[index] : "#808080";
}

}  // namespace mtt

// Names as messages list them.
#pragma once

#include <string>
#include <vector>

namespace mtt {

/// "'a', 'b'"; "" of none.
std::string listed(const std::vector<std::string>& names);

}  // namespace mtt

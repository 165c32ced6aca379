// A list of named facts.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace mtt {

/// (name, fact).
using Facts = std::vector<std::pair<std::string, std::string>>;

/// The list as markup, without empty facts. All text is escaped.
std::string definition_list(const Facts& facts);

/// "8.3 s", "4 min 10 s", "2 h 5 min".
std::string duration_text(double seconds);

}  // namespace mtt

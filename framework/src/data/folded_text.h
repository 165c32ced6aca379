// Texts that are the same to a reader.
#pragma once

#include <string>
#include <string_view>

namespace mtt {

/// Valid UTF-8 in lower case, white space at its ends removed and each other run of it made one space.
std::string folded_text(std::string_view utf8);

}  // namespace mtt

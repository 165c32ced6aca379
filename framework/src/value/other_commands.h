// What other programs' commands and their options are called here.
#pragma once

#include <string_view>
#include <vector>

namespace mtt {

/// Which command does what others call so: "train" → "run"; "" for any other word.
std::string_view own_command(std::string_view word);

/// The options of commands that may be meant by a word behind "--", the likeliest first.
std::vector<std::string_view> own_options(std::string_view word);

}  // namespace mtt

// What other programs' commands and their options are called here.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "value/other_name.h"

namespace mtt {

/// The commands of other programs: "train" → "run".
std::span<const OtherName> other_commands();

/// The options of other programs without "--": "max-length" → "--max-tokens". A word may be listed with
/// several, the likeliest first.
std::span<const OtherName> other_options();

/// Which command does what others call so; "" for any other word.
std::string_view own_command(std::string_view word);

/// The options of commands that may be meant by a word behind "--", the likeliest first.
std::vector<std::string_view> own_options(std::string_view word);

}  // namespace mtt

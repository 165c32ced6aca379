// The value of one option against its declaration.
#pragma once

#include <string_view>

#include "mtt/options.h"

namespace mtt {

/// What an option of this kind takes, for messages: "an integer".
std::string_view expected_kind(Option::Kind kind);

/// The value as the option's kind has it: integers as numbers, one string as an array of one. What the
/// declaration does not allow throws Error with the value's place; `where` names the table.
Value checked_value(const Value& value, const Option& option, std::string_view where,
                    const OptionHints& hints);

}  // namespace mtt

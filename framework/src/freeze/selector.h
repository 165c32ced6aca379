// Which parameters a selector names.
#pragma once

#include <string_view>

namespace mtt {

/// True where a selector names a parameter (both dotted). Without a star a selector is the parameter's name
/// or a leading part of it, and a part `0-3` stands for the numbers 0 to 3: "backbone.layers.0-3",
/// "heads.intent". With stars the whole name must match, `*` standing for any characters, dots among them:
/// "*.bias", "*.norm.*".
bool selects(std::string_view selector, std::string_view parameter);

}  // namespace mtt

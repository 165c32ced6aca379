// The reference of all keys, made from their declarations.
#pragma once

#include <string>

#include "mtt/options.h"

namespace mtt {

/// One Markdown table row an option: key, kind and range, default, meaning.
std::string option_table(const OptionList& options);

/// The sections of the experiment file as Markdown.
std::string config_reference();

}  // namespace mtt

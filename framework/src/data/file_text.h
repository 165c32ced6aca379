// The bytes of a file of examples, checked at the door.
#pragma once

#include <string>
#include <string_view>

namespace mtt {

/// Throws Error with source:line:column where bytes are no text: invalid UTF-8, a NUL byte, or a line of more
/// than 16 MiB.
void check_file_text(std::string_view bytes, const std::string& source);

}  // namespace mtt

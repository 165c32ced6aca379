// Bytes as text.
#pragma once

#include <string>
#include <string_view>

namespace mtt {

/// Base64 with the standard alphabet and padding (RFC 4648, section 4).
std::string base64(std::string_view bytes);

}  // namespace mtt

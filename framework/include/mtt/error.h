// The one exception class.
#pragma once

#include <stdexcept>
#include <string>

#include "mtt/export.h"

namespace mtt {

/// A failure that the user can act on. The message is one or two sentences that say where, what was found,
/// what was expected and what to do, without a prefix.
class MTT_API Error : public std::runtime_error {
 public:
  explicit Error(const std::string& message);
  ~Error() override;  // out of line: one type identity across shared libraries
};

}  // namespace mtt

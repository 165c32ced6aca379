// Why something failed, in words for users.
#pragma once

#include <string>

namespace mtt {

/// What the exception says that is being handled; of LibTorch's without their stack traces, unless `verbose`.
std::string failure_reason(bool verbose);

}  // namespace mtt

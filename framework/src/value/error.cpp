#include "mtt/error.h"

namespace mtt {

Error::Error(const std::string& message) : std::runtime_error(message) {}
Error::~Error() = default;

}  // namespace mtt

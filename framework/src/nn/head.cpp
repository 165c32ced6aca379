#include "mtt/head.h"

#include "mtt/error.h"

namespace mtt {

Head::~Head() = default;

void Head::initialise(const std::string& method, const at::Tensor&, const at::Tensor&) {
  throw Error("this head has no closed form '" + method + "'; write init = \"none\"");
}

}  // namespace mtt

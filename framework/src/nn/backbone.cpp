#include "mtt/backbone.h"

namespace mtt {

Backbone::~Backbone() = default;

}  // namespace mtt

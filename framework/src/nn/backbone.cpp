#include "mtt/backbone.h"

namespace mtt {

Backbone::~Backbone() = default;

std::vector<AdapterPlace> Backbone::adapter_places() { return {}; }

}  // namespace mtt

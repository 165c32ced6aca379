// The OpenAPI document of a server.
#pragma once

#include <string>

#include "serve/served_model.h"

namespace mtt {

/// OpenAPI 3.1 as JSON, with the model's limits, prompts and tasks, so that every body it allows is answered.
std::string openapi_document(const ServedModel& served);

}  // namespace mtt

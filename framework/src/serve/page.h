// GET /: a page where a person tries the model.
#pragma once

#include "http/message.h"
#include "serve/served_model.h"

namespace mtt {

/// The page asks /tasks and shows similarities, labels and spans. It loads nothing from elsewhere.
HttpResponse page_html(const ServedModel& served);
HttpResponse page_script();

}  // namespace mtt

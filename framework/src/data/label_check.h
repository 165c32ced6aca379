// The labels of one task, checked.
#pragma once

#include "data/data_check.h"
#include "data/example_place.h"
#include "data/whole_words.h"

namespace mtt {

/// Fills in a task's kind and counts, and adds what is found to the check.
void check_labels(DataCheck& check, CheckedTask& task, const TextReader& reader);

}  // namespace mtt

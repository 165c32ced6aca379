// The streams of random numbers, where the trainer looks for them.
#pragma once

#include "mtt/random_stream.h"  // IWYU pragma: export

// The former name of run_on_workers.h.
#pragma once

#include "model/run_on_workers.h"

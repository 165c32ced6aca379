#include <stdexcept>

#include "mtt/plugin.h"

static void throw_it(mtt::Registry&) { throw std::runtime_error("no licence for Tuesdays"); }

MTT_PLUGIN("register_throws", "1.0", throw_it)

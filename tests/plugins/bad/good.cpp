#include "mtt/plugin.h"

static void register_nothing(mtt::Registry&) {}

MTT_PLUGIN("good", "1.0", register_nothing)

#include "mtt/plugin.h"

extern "C" MTT_API const mtt::PluginInfo mtt_plugin_info;
const mtt::PluginInfo mtt_plugin_info = {99, MTT_ABI_TAG, "other_layout", "1.0", nullptr};

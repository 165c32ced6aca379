#include "mtt/plugin.h"

extern "C" MTT_API const mtt::PluginInfo mtt_plugin_info;
const mtt::PluginInfo mtt_plugin_info = {mtt::kPluginLayout, "headers=0 torch=1.0", "other_tag", "1.0",
                                         nullptr};

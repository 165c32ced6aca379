// The one symbol that a plugin exports.
#pragma once

#include <cstdint>

#include "mtt/abi_tag.h"
#include "mtt/export.h"
#include "mtt/registry.h"

namespace mtt {

/// Plain data that is read before anything else of a plugin is used. A change of its layout changes
/// kPluginLayout.
struct PluginInfo {
  std::uint32_t layout;                ///< kPluginLayout
  const char* abi_tag;                 ///< MTT_ABI_TAG of the compiled plugin
  const char* name;                    ///< the library's name
  const char* version;                 ///< the library's version
  void (*register_plugin)(Registry&);  ///< registers backbones, heads and weightings; may throw
};

inline constexpr std::uint32_t kPluginLayout = 1;

}  // namespace mtt

/// Makes a shared library a plugin: `MTT_PLUGIN("classification", "1.0", register_heads)`, once, in one
/// source file.
#define MTT_PLUGIN(NAME, VERSION, FUNCTION)                                                              \
  extern "C" MTT_API const ::mtt::PluginInfo mtt_plugin_info;                                            \
  extern "C" MTT_API const ::mtt::PluginInfo mtt_plugin_info = {::mtt::kPluginLayout, MTT_ABI_TAG, NAME, \
                                                                VERSION, FUNCTION};

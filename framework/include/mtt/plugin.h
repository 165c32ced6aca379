// The one symbol that a plugin exports, and the tag that the loader compares before any call.
#pragma once

#include <torch/version.h>

#include <cstdint>

#include "mtt/abi_digest.h"  // generated: a digest of the public headers
#include "mtt/export.h"
#include "mtt/registry.h"

/// Two levels, so that macros in the argument expand.
#define MTT_STRING_(x) #x
#define MTT_STRING(x) MTT_STRING_(x)

#if defined(__SANITIZE_ADDRESS__)
#define MTT_ABI_SANITIZER "asan"
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MTT_ABI_SANITIZER "asan"
#endif
#endif
#ifndef MTT_ABI_SANITIZER
#define MTT_ABI_SANITIZER "none"
#endif

#if defined(__clang__)
#define MTT_ABI_COMPILER "clang-" MTT_STRING(__clang_major__)
#else
#define MTT_ABI_COMPILER "gcc-" MTT_STRING(__GNUC__)
#endif

#if defined(_GLIBCXX_DEBUG)
#define MTT_ABI_DEBUG_CONTAINERS "1"
#else
#define MTT_ABI_DEBUG_CONTAINERS "0"
#endif

/// Everything that must be equal in the framework and a plugin. No ABI compatibility between versions.
#define MTT_ABI_TAG                                                               \
  "headers=" MTT_ABI_DIGEST " torch=" TORCH_VERSION " compiler=" MTT_ABI_COMPILER \
  " std=" MTT_STRING(__cplusplus) " cxx11abi=" MTT_STRING(                        \
      _GLIBCXX_USE_CXX11_ABI) " debug_containers=" MTT_ABI_DEBUG_CONTAINERS " sanitizer=" MTT_ABI_SANITIZER

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

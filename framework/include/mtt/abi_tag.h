// What must be equal in libmtt and what is linked to it, or loaded by it.
#pragma once

#include <torch/version.h>

#include "mtt/abi_digest.h"  // generated: a digest of the public headers

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

/// Compared before any call between the framework and a plugin or a program. No ABI compatibility between
/// versions.
#define MTT_ABI_TAG                                                               \
  "headers=" MTT_ABI_DIGEST " torch=" TORCH_VERSION " compiler=" MTT_ABI_COMPILER \
  " std=" MTT_STRING(__cplusplus) " cxx11abi=" MTT_STRING(                        \
      _GLIBCXX_USE_CXX11_ABI) " debug_containers=" MTT_ABI_DEBUG_CONTAINERS " sanitizer=" MTT_ABI_SANITIZER

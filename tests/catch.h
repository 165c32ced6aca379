// Catch2, version 2 or 3, under one include.
#pragma once

#include <cstdlib>
#include <iostream>
#include <string>

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
inline auto Contains(const std::string& text) { return Catch::Matchers::ContainsSubstring(text); }
#else
#include <catch2/catch.hpp>
using Catch::Matchers::Contains;
#endif

/// Whether a test case of this program said that it cannot run here.
inline bool& a_test_was_skipped() {
  static bool skipped = false;
  return skipped;
}

/// Ends a test case that cannot run here; CTest shows a program that did so, and failed nowhere, as skipped.
#define MTT_SKIP(REASON)                          \
  do {                                            \
    a_test_was_skipped() = true;                  \
    std::cout << "SKIPPED: " << (REASON) << "\n"; \
    SUCCEED(REASON);                              \
    return;                                       \
  } while (false)

/// Binds a folder given by an environment variable, or skips the test case.
#define MTT_FOLDER_OR_SKIP(NAME, VARIABLE)                      \
  const char* NAME##_text = std::getenv(VARIABLE);              \
  if (NAME##_text == nullptr) MTT_SKIP(VARIABLE " is not set"); \
  const std::string NAME = NAME##_text

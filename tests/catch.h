// Catch2, version 2 or 3, under one include; the names of test cases begin with the unit that they test.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
inline auto Contains(const std::string& text) { return Catch::Matchers::ContainsSubstring(text); }
#else
#include <catch2/catch.hpp>
using Catch::Matchers::Contains;
#endif

/// `unit/text/unigram: NAME` for a test case of tests/unit/text/unigram_test.cpp, so that `ctest -R unigram`
/// finds it. A semicolon becomes a comma, because CMake would split the name there.
inline std::string name_with_unit(std::string_view file, std::string_view name) {
  constexpr std::string_view kRoot = "tests/", kEnding = "_test.cpp";
  if (const auto root = file.rfind(kRoot); root != file.npos) file.remove_prefix(root + kRoot.size());
  if (file.ends_with(kEnding)) file.remove_suffix(kEnding.size());
  std::string result = std::string(file) + ": " + std::string(name);
  std::replace(result.begin(), result.end(), ';', ',');
  return result;
}
#undef TEST_CASE
#define TEST_CASE(NAME, ...) \
  INTERNAL_CATCH_TESTCASE(name_with_unit(__FILE__, NAME) __VA_OPT__(, ) __VA_ARGS__)

/// The test cases of this program that could not run here, each with the reason.
inline std::map<std::string, std::string>& skipped_test_cases() {
  static std::map<std::string, std::string> skipped;
  return skipped;
}

/// Ends a test case that cannot run here. CTest shows it as skipped.
#define MTT_SKIP(REASON)                                                             \
  do {                                                                               \
    skipped_test_cases()[Catch::getResultCapture().getCurrentTestName()] = (REASON); \
    return;                                                                          \
  } while (false)

/// Binds a folder given by an environment variable, or skips the test case.
#define MTT_FOLDER_OR_SKIP(NAME, VARIABLE)                      \
  const char* NAME##_text = std::getenv(VARIABLE);              \
  if (NAME##_text == nullptr) MTT_SKIP(VARIABLE " is not set"); \
  const std::string NAME = NAME##_text

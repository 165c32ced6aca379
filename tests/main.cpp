#define CATCH_CONFIG_RUNNER
#include <iostream>
#include <set>
#include <string>

#include "catch.h"

namespace {

#if __has_include(<catch2/catch_all.hpp>)
using Listener = Catch::EventListenerBase;
#else
using Listener = Catch::TestEventListenerBase;
#endif

int test_cases_run = 0;
std::set<std::string> empty_test_cases;

class CountTestCases : public Listener {
 public:
  using Listener::Listener;
  void testCaseEnded(const Catch::TestCaseStats& stats) override {
    ++test_cases_run;
    const std::string name = Catch::getResultCapture().getCurrentTestName();
    if (stats.totals.assertions.total() == 0 && !skipped_test_cases().contains(name))
      empty_test_cases.insert(name);
  }
};
CATCH_REGISTER_LISTENER(CountTestCases)

void list_skipped() {
  const auto& skipped = skipped_test_cases();
  if (skipped.empty()) return;
  std::cout << skipped.size() << " of " << test_cases_run << " test cases skipped:\n";
  for (const auto& [name, reason] : skipped) std::cout << "  " << name << " (" << reason << ")\n";
}

void list_empty() {
  for (const std::string& name : empty_test_cases)
    std::cout << "FAILED: no assertion in the test case " << name << "\n";
}

}  // namespace

int main(int argc, char** argv) {
  constexpr int kSkipped = 77;  // SKIP_RETURN_CODE of the tests
  const int failed = Catch::Session().run(argc, argv);
  list_skipped();
  list_empty();
  if (failed != 0) return failed;
  if (!empty_test_cases.empty()) return 1;
  const auto skipped = static_cast<int>(skipped_test_cases().size());
  return skipped > 0 && skipped == test_cases_run ? kSkipped : 0;
}

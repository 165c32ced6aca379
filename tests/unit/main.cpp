#define CATCH_CONFIG_RUNNER
#include "catch.h"

int main(int argc, char** argv) {
  constexpr int kSkipped = 77;  // SKIP_RETURN_CODE of the tests
  const int failed = Catch::Session().run(argc, argv);
  return failed == 0 && a_test_was_skipped() ? kSkipped : failed;
}

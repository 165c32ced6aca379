#include "check/guarded_process.h"

#include "catch.h"

namespace {

/// This program once more, with these arguments; what it prints goes to `lines`.
mtt::ProcessEnd run(const std::vector<std::string>& arguments, std::string& lines) {
  constexpr std::int64_t kSeconds = 120;
  return mtt::run_guarded(arguments, kSeconds, [&](const std::string& line) { lines += line + "\n"; });
}

}  // namespace

TEST_CASE("lines and exit code of a guarded process are given on") {
  std::string lines;
  const mtt::ProcessEnd end = run({"unit/check/contract_report: a requirement*"}, lines);
  CHECK(end.code == 0);
  CHECK(end.signal == 0);
  CHECK_FALSE(end.timed_out);
  CHECK_THAT(lines, Contains("in 1 test case"));
}

TEST_CASE("a guarded process that fails has its own exit code") {
  std::string lines;
  const mtt::ProcessEnd end = run({"--no-such-option"}, lines);
  CHECK(end.code == 255);
  CHECK_FALSE(end.timed_out);
}

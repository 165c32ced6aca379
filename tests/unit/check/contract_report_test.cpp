#include "check/contract_report.h"

#include <c10/util/Exception.h>

#include <stdexcept>

#include "catch.h"
#include "mtt/error.h"

TEST_CASE("a step fails where its work throws, and the report remembers it") {
  mtt::ContractReport report;
  CHECK(report.step("one", [] {}));
  CHECK_FALSE(report.failed());
  CHECK_FALSE(report.step("two", [] { mtt::require(false, "logits have 2 columns, expected 3"); }));
  CHECK(report.failed());
  CHECK(report.step("three", [] { mtt::require(true, ""); }));
  CHECK(report.failed());
}

TEST_CASE("a step that does not apply neither holds nor fails, and its question is guarded") {
  mtt::ContractReport report;
  bool worked = false;
  CHECK(report.step_if(
      "none", [] { return false; }, [&] { worked = true; }));
  CHECK_FALSE(worked);
  CHECK_FALSE(report.failed());
  CHECK_FALSE(report.step_if(
      "asked", []() -> bool { throw std::runtime_error("x"); }, [] {}));
  CHECK(report.failed());
}

TEST_CASE("a warning is no failure") {
  mtt::ContractReport report;
  report.warn("the metric 'loss' is declared to be better if higher");
  CHECK_FALSE(report.failed());
}

TEST_CASE("nothing that a plugin throws leaves a step") {
  mtt::ContractReport report;
  CHECK_FALSE(report.step("std", [] { throw std::runtime_error("x"); }));
  CHECK_FALSE(report.step("LibTorch", [] { TORCH_CHECK(false, "x"); }));
  CHECK_FALSE(report.step("int", [] { throw 1; }));
}

TEST_CASE("a requirement that does not hold is an Error with its text") {
  CHECK_THROWS_WITH(mtt::require(false, "what is wrong"), "what is wrong");
  CHECK_NOTHROW(mtt::require(true, "what is wrong"));
}

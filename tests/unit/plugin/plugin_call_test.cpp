#include "plugin/plugin_call.h"

#include <c10/util/Exception.h>

#include <new>

#include "catch.h"

namespace {

constexpr mtt::PluginCall kCall{"head", "crf", "slots", "loss"};

template <class Thrown>
std::string said(const mtt::PluginCall& call, const Thrown& thrown) {
  try {
    mtt::call_plugin(call, [&]() -> int { throw thrown; });
  } catch (const mtt::Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("what a call gives is given on") {
  CHECK(mtt::call_plugin(kCall, [] { return 7; }) == 7);
}

TEST_CASE("an Error speaks of the user's data, and gets the task's name once") {
  CHECK(said(kCall, mtt::Error("f.jsonl:3:1: no label")) == "task 'slots': f.jsonl:3:1: no label");
  CHECK(said(kCall, mtt::Error("task 'slots' is wrong")) == "task 'slots' is wrong");
  CHECK(said({"backbone", "bert", "", "embed"}, mtt::Error("x")) == "x");
}

TEST_CASE("any other exception is the plugin's failure, in one line") {
  const std::string who = "task 'slots': the head 'crf' failed in loss: ";
  CHECK(said(kCall, std::out_of_range("vector")) == who + "vector");
  CHECK(said(kCall, std::runtime_error("a\nb")) == who + "a b");
  CHECK(said(kCall, 42) == who + "it threw something that is not a std::exception");
  CHECK(said({"weighting", "equal", "", "needs"}, std::runtime_error("x")) ==
        "the weighting 'equal' failed in needs: x");
  try {
    mtt::call_plugin(kCall, [] { TORCH_CHECK(false, "sizes differ"); });
    FAIL("nothing was thrown");
  } catch (const mtt::Error& error) {
    CHECK_THAT(error.what(), Contains(who + "sizes differ") && !Contains("\n"));
  }
}

TEST_CASE("a lack of memory is nobody's failure") {
  CHECK_THROWS_AS(mtt::call_plugin(kCall, []() -> int { throw std::bad_alloc(); }), std::bad_alloc);
}

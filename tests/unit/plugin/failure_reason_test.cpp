#include "plugin/failure_reason.h"

#include <c10/util/Exception.h>

#include <new>

#include "catch.h"
#include "mtt/error.h"

namespace {

template <class Work>
std::string reason_of(const Work& work, bool verbose = false) {
  try {
    work();
  } catch (...) {
    return mtt::failure_reason(verbose);
  }
  return "";
}

}  // namespace

TEST_CASE("a failure is told without stack traces and names of C++ types") {
  CHECK(reason_of([] { throw mtt::Error("no such task"); }) == "no such task");
  CHECK_THAT(reason_of([] { throw std::bad_alloc(); }), Contains("not enough memory"));
  CHECK_THAT(reason_of([] { throw 1; }), Contains("mtt plugins check"));
  const auto torch = [] { throw c10::Error({__func__, __FILE__, 1}, "sizes differ"); };
  CHECK(reason_of(torch) == "sizes differ");
  CHECK_THAT(reason_of(torch, true), Contains("sizes differ"));
}

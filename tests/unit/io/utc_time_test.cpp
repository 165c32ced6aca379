#include "io/utc_time.h"

#include "catch.h"

TEST_CASE("a point of time is written in UTC, with milliseconds if asked") {
  const std::chrono::system_clock::time_point time{std::chrono::milliseconds(1'772'368'200'025)};
  CHECK(mtt::utc_time(time) == "2026-03-01T12:30:00Z");
  CHECK(mtt::utc_time_with_milliseconds(time) == "2026-03-01T12:30:00.025Z");
}

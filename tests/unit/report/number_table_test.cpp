#include "report/number_table.h"

#include "catch.h"

using namespace mtt;

TEST_CASE("numbers stand on the right, names on the left") {
  CHECK(number_table({{"", "examples", "p"}, {"läufe", "5", "10"}, {"x", "1,234"}}) ==
        "         examples   p\n  läufe         5  10\n  x         1,234\n");
}

TEST_CASE("numbers are grouped by thousands") {
  CHECK(grouped(0) == "0");
  CHECK(grouped(999) == "999");
  CHECK(grouped(1000) == "1,000");
  CHECK(grouped(22578851) == "22,578,851");
  CHECK(grouped(-123456) == "-123,456");
}

TEST_CASE("durations and sizes are rounded") {
  CHECK(about_duration(0.01) == "about 1 s");
  CHECK(about_duration(8.4) == "about 8 s");
  CHECK(about_duration(48) == "about 50 s");
  CHECK(about_duration(250) == "about 4 min");
  CHECK(about_duration(9000) == "about 2.5 h");
  CHECK(about_duration(40 * 3600) == "about 40 h");
  CHECK(about_memory(3e6) == "about 10 MB");
  CHECK(about_memory(640.0 * (1 << 20)) == "about 640 MB");
  CHECK(about_memory(1.44 * (1 << 30)) == "about 1.4 GB");
}

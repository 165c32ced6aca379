#include "io/processor.h"

#include "catch.h"

TEST_CASE("the processor has a name without blanks at its ends") {
  const std::string name = mtt::processor_name();
  REQUIRE(!name.empty());
  CHECK(name.front() != ' ');
  CHECK(name.back() != ' ');
  CHECK(name.find('\n') == std::string::npos);
  CHECK(name == mtt::processor_name());
}

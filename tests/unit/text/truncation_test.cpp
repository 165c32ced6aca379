#include "text/truncation.h"

#include "catch.h"

using mtt::longest_first;
using Kept = std::array<std::int64_t, 2>;

TEST_CASE("the longer text loses tokens first, of two of one length the first one") {
  CHECK(longest_first(2, 4, 7) == Kept{2, 4});
  CHECK(longest_first(2, 8, 7) == Kept{2, 5});
  CHECK(longest_first(8, 2, 7) == Kept{5, 2});
  CHECK(longest_first(4, 8, 7) == Kept{3, 4});
  CHECK(longest_first(8, 4, 7) == Kept{4, 3});
  CHECK(longest_first(4, 4, 7) == Kept{3, 4});
  CHECK(longest_first(8, 8, 1) == Kept{0, 1});
  CHECK(longest_first(0, 8, 7) == Kept{0, 7});
  CHECK(longest_first(8, 0, 7) == Kept{7, 0});
  CHECK(longest_first(8, 3, 0) == Kept{0, 0});
}

TEST_CASE("truncation fills the room and never makes a text longer") {
  for (std::int64_t first = 0; first < 12; ++first)
    for (std::int64_t second = 0; second < 12; ++second)
      for (std::int64_t room = 0; room < 26; ++room) {
        const Kept kept = longest_first(first, second, room);
        CHECK((kept[0] <= first && kept[1] <= second));
        CHECK(kept[0] + kept[1] == std::min(first + second, room));
      }
}

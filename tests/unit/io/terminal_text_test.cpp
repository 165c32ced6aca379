#include "io/terminal_text.h"

#include "catch.h"

TEST_CASE("no input moves the cursor or forges a line") {
  CHECK(mtt::printable("a\x1b[2Jb\nc\u2028\u202e") == "a\\u001b[2Jb\\u000ac\\u2028\\u202e");
  CHECK(mtt::printable_text("a\tb\n\x1b[1;31mc\x1b[0m \x1b[2J\xc2\x9b\u200f\xff") ==
        "a\tb\n\x1b[1;31mc\x1b[0m \\u001b[2J\\u009b\\u200f\\xff");
  CHECK(mtt::printable("a\xff\xfe"
                       "b") == "a\\xff\\xfeb");
  CHECK(mtt::shortened("äöü", 3) == "äöü");
  CHECK(mtt::shortened("äöüß", 3) == "äö…");
  CHECK(mtt::padded("ä", 3) == "ä  ");
  CHECK(mtt::without_colours("\x1b[31mred\x1b[0m") == "red");
}

#include "report/console.h"

#include "catch.h"
#include "temporary_folder.h"

TEST_CASE("all that is printed is in the file, also what came before it") {
  const TemporaryFolder folder;
  mtt::Console console;
  console.warn("first");
  console.keep_in(folder.path() / "console.txt");
  console.say("\x1b[1msecond\x1b[0m\n");
  CHECK(file_text(folder.path() / "console.txt") == "mtt: warning: first\nsecond\n");
}

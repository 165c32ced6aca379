#include "io/append_file.h"

#include "catch.h"
#include "mtt/error.h"
#include "temporary_folder.h"

TEST_CASE("what was appended is in the file at once, also before it is closed") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "logs/new/f";
  mtt::AppendFile file(path, 0);
  CHECK(file_text(path).empty());
  file.append("one\n");
  file.append("two\n");
  CHECK(file_text(path) == "one\ntwo\n");
  CHECK(file.size() == 8);
  file.sync();
  CHECK(file.path() == path);
}

TEST_CASE("a file is cut to what is kept of it, and grows from there") {
  const TemporaryFolder folder;
  const auto path = folder.write("f", "one\ntwo\ntorn");
  {
    mtt::AppendFile file(path, 8);
    CHECK(file_text(path) == "one\ntwo\n");
    CHECK(file.size() == 8);
    file.append("three\n");
  }
  CHECK(file_text(path) == "one\ntwo\nthree\n");
  const mtt::AppendFile none(path, 0);
  CHECK(file_text(path).empty());
}

TEST_CASE("a file that is shorter than what is kept of it is refused and left as it is") {
  const TemporaryFolder folder;
  const auto path = folder.write("f", "1234");
  CHECK_THROWS_WITH(mtt::AppendFile(path, 5), Contains(path.string()));
  CHECK(file_text(path) == "1234");
  CHECK_THROWS_AS(mtt::AppendFile(folder.path(), 0), mtt::Error);
}

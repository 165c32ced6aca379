#include "io/file.h"

#include <sys/stat.h>

#include "catch.h"
#include "mtt/error.h"
#include "temporary_folder.h"

namespace fs = std::filesystem;

TEST_CASE("a write that is not committed leaves the old file") {
  const TemporaryFolder folder;
  const auto path = folder.write("f", "old");
  {
    mtt::AtomicFile file(path);
    file.write("new");
  }
  CHECK(file_text(path) == "old");
  mtt::write_file_atomically(path, "new");
  CHECK(file_text(path) == "new");
  CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 1);
  CHECK_THROWS_WITH(mtt::write_file_atomically(folder.path(), "x"), Contains("not a regular file"));
}

TEST_CASE("a path ends with a name, whatever slashes and dots follow it") {
  const fs::path here = fs::current_path();
  for (const char* same : {"a/b", "a/b/", "a/b//", "a/./b/.", "a/b/c/.."})
    CHECK(mtt::named_path(same) == here / "a" / "b");
  CHECK(mtt::named_path(".") == here);
  CHECK(mtt::named_path("..") == here.parent_path());
  CHECK(mtt::named_path("/") == "/");
}

TEST_CASE("what is no readable file is named") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH(mtt::read_file(folder.path() / "none", 10), Contains("does not exist"));
  CHECK_THROWS_WITH(mtt::read_file(folder.path(), 10), Contains("is a directory"));
  CHECK_THROWS_WITH(mtt::read_file(folder.write("f", "12345678901"), 10), Contains("larger than 10 bytes"));
  REQUIRE(::mkfifo((folder.path() / "pipe").c_str(), 0600) == 0);
  CHECK_THROWS_WITH(mtt::read_file(folder.path() / "pipe", 10), Contains("pipe"));
  CHECK_THROWS_WITH(mtt::MappedFile(folder.write("empty", "")), Contains("is empty"));
}

TEST_CASE("a file that ends before its size is refused, not read in part") {
  const fs::path shorter = "/sys/kernel/mm/transparent_hugepage/enabled";  // says 4096 bytes and has fewer
  if (!fs::exists(shorter)) MTT_SKIP(shorter.string() + " is not there");
  CHECK_THROWS_WITH(mtt::read_file(shorter, 10000), Contains("had 4096 bytes and ended after"));
}

TEST_CASE("names from files stay within their directory") {
  const TemporaryFolder folder;
  folder.write("in/a", "x");
  folder.write("out", "x");
  const auto in = folder.path() / "in";
  CHECK(mtt::inside(in, "a") == in / "a");
  for (const char* bad : {"../out", "/etc/passwd", "", "b/../../out"})
    CHECK_THROWS_AS(mtt::inside(in, bad), mtt::Error);
  fs::create_symlink(folder.path() / "out", in / "link");
  CHECK_THROWS_WITH(mtt::inside(in, "link"), Contains("outside its directory"));
}

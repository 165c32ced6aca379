#include "io/file.h"

#include <sys/stat.h>

#include "catch.h"
#include "io/model_cache.h"
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

TEST_CASE("models are found in the caches by name") {
  const TemporaryFolder folder;
  folder.write("models/mine/config.json", "{}");
  folder.write("hf/hub/models--org--net/refs/main", "abc\n");
  folder.write("hf/hub/models--org--net/snapshots/abc/config.json", "{}");
  ::setenv("MTT_MODEL_PATH", (folder.path() / "models").c_str(), 1);
  ::setenv("HF_HOME", (folder.path() / "hf").c_str(), 1);
  ::setenv("XDG_CACHE_HOME", (folder.path() / "cache").c_str(), 1);
  CHECK(mtt::find_model("mine") == folder.path() / "models/mine");
  CHECK(mtt::find_model("org/net") == folder.path() / "hf/hub/models--org--net/snapshots/abc");
  CHECK(mtt::find_model((folder.path() / "models/mine").string()) == folder.path() / "models/mine");
  CHECK_THROWS_WITH(mtt::find_model("nothing"), Contains("no model 'nothing'") && Contains("models/nothing"));
  CHECK_THROWS_WITH(mtt::find_model("./nothing"), Contains("does not exist"));
  CHECK_THROWS_WITH(mtt::find_model("a/b/c"), Contains("neither a directory nor the name"));
  for (const char* name : {"MTT_MODEL_PATH", "HF_HOME", "XDG_CACHE_HOME"}) ::unsetenv(name);
}

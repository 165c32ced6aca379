#include "run/run_lock.h"

#include <optional>

#include "catch.h"
#include "mtt/error.h"
#include "temporary_folder.h"

namespace fs = std::filesystem;

TEST_CASE("a directory is made and held against other runs until the lock ends") {
  const TemporaryFolder folder;
  const fs::path directory = folder.path() / "runs/one";
  std::optional<mtt::RunLock> lock(std::in_place, directory);
  CHECK(fs::is_directory(directory));
  CHECK(fs::is_empty(directory));
  CHECK_THROWS_WITH(mtt::RunLock(directory),
                    Contains(directory.string()) && Contains("in use by another run"));
  CHECK_NOTHROW(mtt::RunLock(folder.path() / "runs/two"));
  lock.reset();
  CHECK_NOTHROW(mtt::RunLock(directory));
}

TEST_CASE("a file cannot be a run's directory") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH(mtt::RunLock(folder.write("f", "x")), Contains((folder.path() / "f").string()));
}

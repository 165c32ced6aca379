#include "io/new_directory.h"

#include "catch.h"
#include "mtt/error.h"
#include "temporary_folder.h"

namespace fs = std::filesystem;

namespace {

std::ptrdiff_t entries(const fs::path& folder) { return std::distance(fs::directory_iterator(folder), {}); }

void write(const fs::path& file) { std::ofstream(file) << "x"; }

}  // namespace

TEST_CASE("a directory takes its place when it is complete") {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "new";
  mtt::NewDirectory directory(path);
  write(directory.folder() / "a");
  CHECK_FALSE(fs::exists(path));
  directory.commit();
  CHECK(file_text(path / "a") == "x");
  CHECK(entries(folder.path()) == 1);
}

TEST_CASE("of a directory that is not committed nothing stays") {
  const TemporaryFolder folder;
  {
    const mtt::NewDirectory directory(folder.path() / "new");
    write(directory.folder() / "a");
  }
  CHECK(entries(folder.path()) == 0);
}

TEST_CASE("an empty folder gets the files, one that holds something is refused") {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "there";
  fs::create_directory(path);
  fs::permissions(path, fs::perms::owner_all);
  {
    mtt::NewDirectory directory(path);
    write(directory.folder() / "a");
    CHECK(entries(path) == 0);
    directory.commit();
  }
  CHECK(file_text(path / "a") == "x");
  CHECK(fs::status(path).permissions() == fs::perms::owner_all);  // still the user's own folder
  CHECK_THROWS_WITH(mtt::NewDirectory(path), Contains(path.string()));
  CHECK(entries(path) == 1);
  CHECK(entries(folder.path()) == 1);
}

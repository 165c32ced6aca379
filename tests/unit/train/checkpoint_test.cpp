#include "train/checkpoint.h"

#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <regex>
#include <set>

#include "catch.h"
#include "model/tensor_file.h"
#include "mtt/error.h"
#include "small_model.h"

namespace fs = std::filesystem;

using mtt::Checkpoint;
using mtt::Value;

namespace {

Checkpoint checkpoint(std::int64_t step) {
  Checkpoint made{.step = step, .state = Value::Table{{"step", step}, {"third", 1.0 / 3}}, .tensors = {}};
  made.tensors["model"] = {{"w", at::full({3, 2}, static_cast<double>(step) + 0.1)},
                           {"a.b", at::full({1}, -0.0)}};
  made.tensors["optimizer"] = {};
  made.tensors["other"] = {{"empty", at::zeros({0, 4})}};
  return made;
}

std::set<std::string> names_in(const fs::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.insert(entry.path().filename().string());
  return names;
}

struct Saved {
  TemporaryFolder temporary;
  fs::path folder = temporary.path() / "checkpoints";
  std::vector<std::string> warnings;

  Saved() {
    for (const std::int64_t step : {10, 20}) mtt::save_checkpoint(folder, checkpoint(step));
  }
  fs::path newest() const { return folder / "step-000000020"; }
  std::int64_t step() { return mtt::load_checkpoint(folder, warnings).step; }
};

/// Files larger than a limit cannot be written while it lives, as on a full disk.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
  }
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int) = SIG_DFL;
};

}  // namespace

TEST_CASE("a checkpoint comes back bit for bit") {
  Saved saved;
  const Checkpoint back = mtt::load_checkpoint(saved.folder, saved.warnings);
  CHECK(saved.warnings.empty());
  CHECK(back.step == 20);
  CHECK(back.state.at("third").number() == 1.0 / 3);
  REQUIRE(back.tensors.at("model").size() == 2);
  for (const auto& [name, tensor] : back.tensors.at("model")) {
    if (name == "w") CHECK(same_bits(tensor, at::full({3, 2}, 20.1)));
    if (name == "a.b") CHECK(std::signbit(tensor.item<float>()));
  }
  CHECK(back.tensors.at("optimizer").empty());
  CHECK(back.tensors.at("other").at(0).tensor.sizes() == at::IntArrayRef({0, 4}));
}

TEST_CASE("the newest two checkpoints are kept, and what others put beside them") {
  Saved saved;
  const std::set<std::string> foreign = {"best.safetensors", "notes.part", "notes.txt", "step-later",
                                         "step-5.old"};
  for (const std::string& name : foreign) std::ofstream(saved.folder / name) << "mine";
  fs::create_directories(saved.folder / "mine.part");
  fs::create_directories(saved.folder / "step-000000025.part" / "deep");  // a kill left it
  mtt::save_checkpoint(saved.folder, checkpoint(30));
  std::set<std::string> expected = foreign;
  expected.insert({"mine.part", "step-000000020", "step-000000030"});
  CHECK(names_in(saved.folder) == expected);
  mtt::remove_checkpoints(saved.folder);
  expected.erase("step-000000020");
  expected.erase("step-000000030");
  CHECK(names_in(saved.folder) == expected);
  CHECK_FALSE(mtt::has_checkpoint(saved.folder));
}

TEST_CASE("steps are compared as numbers") {
  const TemporaryFolder temporary;
  std::vector<std::string> warnings;
  for (const std::int64_t step : {999'999'999LL, 1'000'000'000LL, 12'000'000'000LL})
    mtt::save_checkpoint(temporary.path(), checkpoint(step));
  CHECK(mtt::load_checkpoint(temporary.path(), warnings).step == 12'000'000'000LL);
  CHECK(names_in(temporary.path()).size() == 2);
}

TEST_CASE("a newest checkpoint that is not complete gives way to the one before, with a warning") {
  Saved saved;
  const fs::path model = saved.newest() / "model.safetensors";
  const std::string content = file_text(model);
  const auto flipped = [&] {
    std::string bytes = content;
    bytes.back() = static_cast<char>(bytes.back() ^ 1);
    return bytes;
  };
  SECTION("a truncated file") { fs::resize_file(model, content.size() - 1); }
  SECTION("a file of no bytes") { fs::resize_file(model, 0); }
  SECTION("a state of no bytes") { fs::resize_file(saved.newest() / "state.json", 0); }
  SECTION("a manifest of no bytes") { fs::resize_file(saved.newest() / "manifest.json", 0); }
  SECTION("a torn manifest") { fs::resize_file(saved.newest() / "manifest.json", 40); }
  SECTION("no manifest") { fs::remove(saved.newest() / "manifest.json"); }
  SECTION("a missing file") { fs::remove(model); }
  SECTION("one bit of another value") { std::ofstream(model, std::ios::binary) << flipped(); }
  SECTION("a folder in a file's place") {
    fs::remove(model);
    fs::create_directory(model);
  }
  SECTION("an empty folder") {
    fs::remove_all(saved.newest());
    fs::create_directory(saved.newest());
  }
  SECTION("a file in the folder's place") {
    fs::remove_all(saved.newest());
    std::ofstream(saved.newest()) << "x";
  }
  SECTION("a manifest that points elsewhere") {
    std::ofstream(saved.newest() / "manifest.json") << R"({"files":{"../../x":{"bytes":1,"xxh3_128":"0"}}})";
  }
  CHECK(saved.step() == 10);
  REQUIRE(saved.warnings.size() == 1);
  CHECK_THAT(saved.warnings[0], Contains("step-000000020") && Contains("not complete"));
  CHECK(saved.warnings[0].find('\n') == std::string::npos);
  CHECK(mtt::has_checkpoint(saved.folder));

  mtt::save_checkpoint(saved.folder, checkpoint(20));  // the training comes by again
  saved.warnings.clear();
  CHECK(saved.step() == 20);
  CHECK(saved.warnings.empty());
}

TEST_CASE("a checkpoint with the digests of an earlier version is refused in one sentence") {
  Saved saved;
  const fs::path file = saved.newest() / "manifest.json";
  const std::string manifest = std::regex_replace(file_text(file), std::regex("xxh3_128"), "digest");
  REQUIRE(manifest != file_text(file));
  std::ofstream(file) << manifest;
  CHECK_THROWS_WITH(saved.step(), Contains("step-000000020") && Contains("earlier version of mtt"));
  CHECK(saved.warnings.empty());
}

TEST_CASE("checkpoints, but none complete: one sentence; no checkpoints at all: none") {
  Saved saved;
  for (const auto& entry : fs::directory_iterator(saved.folder)) fs::remove(entry.path() / "manifest.json");
  try {
    saved.step();
    FAIL("nothing was thrown");
  } catch (const mtt::Error& error) {
    CHECK_THAT(error.what(), Contains("not complete") && Contains("new run"));
    CHECK(std::string(error.what()).find('\n') == std::string::npos);
  }
  std::vector<std::string> warnings;
  CHECK(mtt::load_checkpoint(saved.temporary.path() / "nowhere", warnings).step == -1);
  CHECK(warnings.empty());
  CHECK_FALSE(mtt::has_checkpoint(saved.temporary.path() / "nowhere"));
}

TEST_CASE("a full disk ends in one sentence, and the last good checkpoint still loads") {
  Saved saved;
  Checkpoint large = checkpoint(30);
  large.tensors["model"].push_back({"large", at::zeros({64, 1024})});
  for (const rlim_t limit : {0, 16, 5'000, 200'000}) {
    std::string said;
    {
      const FullDisk full(limit);
      try {
        mtt::save_checkpoint(saved.folder, large);
      } catch (const std::exception& error) {
        said = error.what();
      }
    }
    INFO(limit);
    CHECK_THAT(said, Contains("cannot be written") && Contains("step-000000030.part"));
    CHECK(said.find('\n') == std::string::npos);
    CHECK(saved.step() == 20);
    CHECK(saved.warnings.empty());
  }
  mtt::save_checkpoint(saved.folder, large);
  CHECK(saved.step() == 30);
  CHECK(names_in(saved.folder).size() == 2);
}

TEST_CASE("a folder that cannot be created or written to is named") {
  const TemporaryFolder temporary;
  temporary.write("file", "x");
  CHECK_THROWS_WITH(mtt::save_checkpoint(temporary.path() / "file" / "checkpoints", checkpoint(1)),
                    Contains("cannot be created") && Contains("checkpoints"));
  if (::geteuid() == 0) return;  // whom no permission stops
  const fs::path folder = temporary.path() / "read-only";
  fs::create_directory(folder);
  fs::permissions(folder, fs::perms::owner_read | fs::perms::owner_exec);
  CHECK_THROWS_AS(mtt::save_checkpoint(folder, checkpoint(1)), mtt::Error);
  fs::permissions(folder, fs::perms::owner_all);
}

TEST_CASE("the umask decides who may read a checkpoint") {
  for (const mode_t mask : {022, 077, 002}) {
    const TemporaryFolder temporary;
    const mode_t before = ::umask(mask);
    mtt::save_checkpoint(temporary.path() / "c", checkpoint(1));
    ::umask(before);
    for (const auto& entry : fs::recursive_directory_iterator(temporary.path() / "c")) {
      INFO(entry.path());
      const mode_t full = entry.is_directory() ? 0777 : 0666;
      CHECK((static_cast<mode_t>(entry.status().permissions()) & 0777) == (full & ~mask));
    }
  }
}

TEST_CASE("tensors of other names or shapes than the model's are refused") {
  const std::vector<mtt::nn::NamedParameter> model = {{"w", at::zeros({2, 3})}};
  CHECK_THROWS_WITH(mtt::copy_into({{"v", at::zeros({2, 3})}}, model, "file"),
                    Contains("file") && Contains("'v'"));
  CHECK_THROWS_WITH(mtt::copy_into({{"w", at::zeros({3, 2})}}, model, "file"), Contains("another shape"));
  mtt::copy_into({{"w", at::full({2, 3}, 4)}}, model, "file");
  CHECK(same_bits(model[0].tensor, at::full({2, 3}, 4)));

  const TemporaryFolder folder;
  mtt::save_tensors(folder.path() / "t", {{"w", at::full({2, 3}, 5.0)}});
  mtt::copy_file_into(folder.path() / "t", model);
  CHECK(same_bits(model[0].tensor, at::full({2, 3}, 5.0)));
  mtt::save_tensors(folder.path() / "t", {{"w", at::zeros({3, 2})}});
  CHECK_THROWS_WITH(mtt::copy_file_into(folder.path() / "t", model), Contains("another shape"));
}

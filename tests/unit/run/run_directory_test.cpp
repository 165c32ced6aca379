#include "run/run_directory.h"

#include "catch.h"
#include "mtt/error.h"
#include "temporary_folder.h"

namespace fs = std::filesystem;

namespace {

/// A run's directory with these files.
struct Run {
  explicit Run(const std::vector<std::string>& files) {
    for (const std::string& file : files) folder.write("run/" + file, "old " + file);
  }
  bool has(const std::string& name) const { return fs::exists(path / name); }
  TemporaryFolder folder;
  fs::path path = folder.path() / "run";
};

}  // namespace

TEST_CASE("a directory with files of the user's is never taken") {
  const Run run({"thesis.txt"});
  CHECK_THROWS_WITH(mtt::check_run_directory(run.path), Contains("do not belong to a run"));
  CHECK_THROWS_WITH(mtt::claim_run_directory(run.path), Contains("do not belong to a run"));
  CHECK(file_text(run.path / "thesis.txt") == "old thesis.txt");
}

TEST_CASE("a directory that is new or empty is taken, and a check writes nothing") {
  const TemporaryFolder folder;
  mtt::check_run_directory(folder.path() / "a/b");
  CHECK(fs::is_empty(folder.path()));
  mtt::claim_run_directory(folder.path() / "a/b");
  CHECK(fs::is_directory(folder.path() / "a/b"));
  CHECK_NOTHROW(mtt::claim_run_directory(folder.path() / "a/b"));
  folder.write("file", "x");
  CHECK_THROWS_WITH(mtt::check_run_directory(folder.path() / "file/run"), Contains("is not a directory"));
}

TEST_CASE("results of a complete run are kept until the new ones are complete") {
  const Run run({"config.toml", "scores.jsonl", "events/e", "heads/a/head.json", "notes.txt"});
  mtt::claim_run_directory(run.path);
  CHECK_FALSE(run.has("scores.jsonl"));
  CHECK_FALSE(run.has("heads"));
  CHECK(run.has("notes.txt"));  // in a run's directory, but not one of its results
  CHECK(mtt::previous_results(run.path) == run.path / "previous");
  CHECK(file_text(run.path / "previous/scores.jsonl") == "old scores.jsonl");
  CHECK(file_text(run.path / "previous/config.toml") == "old config.toml");
  CHECK(run.has("previous/events/e"));
  mtt::remove_previous(run.path);
  CHECK_FALSE(run.has("previous"));
  CHECK(mtt::previous_results(run.path).empty());
}

TEST_CASE("results of an incomplete run are removed, and those of the complete one before it stay") {
  const Run run({"config.toml", "scores.jsonl", "previous/config.toml", "previous/heads/a/head.json"});
  mtt::claim_run_directory(run.path);
  CHECK_FALSE(run.has("scores.jsonl"));
  CHECK(mtt::previous_results(run.path) == run.path / "previous");
}

TEST_CASE("a training that is not finished is refused, with what to do") {
  const Run run({"config.toml", "heads/a/head.json"});
  CHECK(mtt::is_finished_run(run.path));
  run.folder.write("run/checkpoints/step-000000001/state.json", "{}");
  CHECK_FALSE(mtt::is_finished_run(run.path));
  CHECK_THROWS_WITH(mtt::claim_run_directory(run.path), Contains("--resume"));
  CHECK(run.has("heads/a/head.json"));
}

TEST_CASE("a run is resumed with the configuration that it began with; threads may be others") {
  using mtt::Value;
  const auto config = [](std::int64_t seed, std::int64_t threads) {
    return Value(
        Value::Table{{"name", "a"}, {"run", Value(Value::Table{{"seed", seed}, {"threads", threads}})}});
  };
  const TemporaryFolder folder;
  CHECK_FALSE(mtt::is_run_directory(folder.path()));
  CHECK_THROWS_WITH(mtt::check_same_config(folder.path(), config(1, 1)), Contains("leave out --resume"));
  mtt::save_config(folder.path(), config(1, 1));
  CHECK(mtt::is_run_directory(folder.path()));
  CHECK_NOTHROW(mtt::check_same_config(folder.path(), config(1, 2)));
  CHECK_THROWS_WITH(mtt::check_same_config(folder.path(), config(2, 1)),
                    Contains("run.seed is 1 in the run and 2 now"));
  Value more = config(1, 1);
  more.set("train", Value(Value::Table{{"epochs", 3}}));
  CHECK_THROWS_WITH(mtt::check_same_config(folder.path(), more), Contains("train is not there in the run"));
}

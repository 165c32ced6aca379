// The experiments of the tree: that they run, and that their tables are what their rows say.
#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "catch.h"
#include "program.h"
#include "temporary_folder.h"
#include "tiny_model.h"

namespace fs = std::filesystem;

namespace {

std::vector<fs::path> experiments() {
  std::vector<fs::path> files;
  for (const auto& topic : fs::directory_iterator(fs::path(MTT_SOURCE) / "experiments"))
    if (topic.is_directory())
      for (const auto& entry : fs::directory_iterator(topic))
        if (entry.path().extension() == ".toml" &&
            file_text(entry.path()).find("[sweep]") != std::string::npos)
          files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

fs::path results_of(const fs::path& experiment) {
  return experiment.parent_path() / "results" / experiment.stem();
}

/// What every file of results but the rows is made of.
const char* const kMade[] = {"table.md", "summary.csv"};

}  // namespace

TEST_CASE("the tables of experiments are those of their rows and files") {
  REQUIRE(experiments().size() >= 8);
  for (const fs::path& experiment : experiments()) {
    const fs::path results = results_of(experiment);
    if (!fs::exists(results / "runs.jsonl")) continue;
    INFO(experiment);
    const TemporaryFolder folder;
    for (const char* file : {"runs.jsonl", "sweep.json"})
      folder.write(std::string("s/") + file, file_text(results / file));
    const std::vector<std::string> data = {"MTT_DATA=/no/such/folder"};  // nothing is left to run
    const Outcome outcome =
        mtt_program({"sweep", experiment.string(), "--out", (folder.path() / "s").string()}, "", data);
    INFO(outcome.out << outcome.err);
    REQUIRE(outcome.code == 0);
    for (const char* file : kMade) CHECK(file_text(folder.path() / "s" / file) == file_text(results / file));
    CHECK(file_text(folder.path() / "s/sweep.json") == file_text(results / "sweep.json"));
    CHECK(file_text(folder.path() / "s/runs.jsonl") == file_text(results / "runs.jsonl"));
  }
}

TEST_CASE("every experiment runs, cut short", "[data]") {
  if (std::getenv("MTT_DATA") == nullptr) {
    WARN("SKIPPED: MTT_DATA is not set");
    return;
  }
  const TemporaryFolder folder;
  write_tiny_model(folder.path() / "model", 6);
  int number = 0;
  for (const fs::path& experiment : experiments()) {
    const std::string out = (folder.path() / ("s" + std::to_string(number++))).string();
    std::vector<std::string> arguments = {"sweep", experiment.string(), "--out", out, "--jobs", "2"};
    const std::string name = experiment.stem().string();
    const std::string examples = name == "intents"      ? "tasks.big.train_examples=300"
                                 : name == "sequential" ? "data.train_examples=50"
                                                        : "data.train_examples=100";
    for (const std::string& change :
         {"backbone.model=" + (folder.path() / "model").string(), std::string("sweep.seeds=1"),
          std::string("sweep.grid={}"), std::string("train.steps_per_epoch=3"),
          std::string("train.batch_size=4"), examples}) {
      arguments.push_back("--set");
      arguments.push_back(change);
    }
    const Outcome outcome = mtt_program(arguments);
    INFO(experiment << "\n" << outcome.out << outcome.err);
    CHECK(outcome.code == 0);
    CHECK_THAT(outcome.out, Contains("0 of them there already") && Contains("Student's t"));
  }
}

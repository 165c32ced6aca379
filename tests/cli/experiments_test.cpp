// The experiments of the tree: that they run, and that their tables are what their rows say.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <regex>
#include <set>
#include <sstream>

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

/// The columns of a line of summary.csv.
std::vector<std::string> columns(const std::string& line) {
  std::vector<std::string> all(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"')
      quoted = !quoted;
    else if (c == ',' && !quoted)
      all.emplace_back();
    else
      all.back() += c;
  }
  return all;
}

/// "12.3 ± 0.4" as texts have it: hundredths of a score, without a sign.
std::string points(const std::string& mean, const std::string& half) {
  char text[64];
  std::snprintf(text, sizeof text, "%.1f ± %.1f", std::abs(std::stod(mean)) * 100, std::stod(half) * 100);
  return text;
}

}  // namespace

TEST_CASE("the tables of experiments are those of their rows and files") {
  REQUIRE(experiments().size() >= 10);
  int complete = 0;
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
    for (const auto& entry : fs::directory_iterator(folder.path() / "s")) {
      const fs::path file = entry.path().filename();
      INFO(file);
      if (file != "console.txt") CHECK(file_text(entry.path()) == file_text(results / file));
    }
    ++complete;
  }
  CHECK(complete >= 7);
}

TEST_CASE("every mean with its interval in the texts stands in a table") {
  std::set<std::string> known;
  for (const fs::path& experiment : experiments()) {
    std::istringstream table(file_text(results_of(experiment) / "summary.csv"));
    std::string line;
    for (std::getline(table, line); std::getline(table, line);) {
      const auto all = columns(line);
      REQUIRE(all.size() == 14);
      if (!all[3].empty() && !all[4].empty()) known.insert(points(all[3], all[4]));
      if (!all[6].empty() && !all[7].empty()) known.insert(points(all[6], all[7]));
    }
  }
  const std::regex interval(R"((\d+\.\d ± \d+\.\d))");
  int seen = 0;
  for (const char* file :
       {"docs/discussion.md", "experiments/freezing/README.md", "experiments/one_model_or_two/README.md",
        "experiments/imbalance/README.md", "experiments/weighting/README.md"}) {
    const std::string text = file_text(fs::path(MTT_SOURCE) / file);
    for (std::sregex_iterator at(text.begin(), text.end(), interval), end; at != end; ++at, ++seen) {
      INFO(file << ": " << at->str());
      CHECK(known.contains(at->str()));
    }
  }
  CHECK(seen > 50);
}

TEST_CASE("every experiment runs, cut short", "[data]") {
  if (std::getenv("MTT_DATA") == nullptr) MTT_SKIP("MTT_DATA is not set");
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

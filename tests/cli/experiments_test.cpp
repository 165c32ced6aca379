// The experiments of the tree: that they run, and that their tables are what their rows say.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <regex>
#include <set>
#include <utility>

#include "catch.h"
#include "data/csv.h"
#include "program.h"
#include "temporary_folder.h"
#include "tiny_model.h"
#include "value/json.h"

namespace fs = std::filesystem;

namespace {

/// What a Python script of experiments/ prints; it has to end well.
std::string script_output(const fs::path& script, const std::vector<std::string>& arguments,
                          const fs::path& folder) {
  const std::string file = (folder / "script.txt").string();
  std::string command = "python3 '" + script.string() + "'";
  for (const std::string& argument : arguments) command += " '" + argument + "'";
  command += " > '" + file + "'";
  INFO(command);
  REQUIRE(std::system(command.c_str()) == 0);
  return file_text(file);
}

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

/// The name of the sweep whose times these results show; "" if they are their own.
std::string times_of(const fs::path& results) {
  const mtt::Value shape = mtt::parse_json(file_text(results / "sweep.json"), "sweep.json");
  const mtt::Value* times = shape.find("times");
  return times ? times->string() : "";
}

/// A sweep with rows but without tables: `mtt sweep` would make its missing runs.
bool is_unfinished(const fs::path& experiment) { return !fs::exists(results_of(experiment) / "table.md"); }

/// The files of a sweep but its console's: those that are committed. Its folders are left out.
std::set<fs::path> files_in(const fs::path& folder) {
  std::set<fs::path> names;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.is_regular_file() && entry.path().filename() != "console.txt")
      names.insert(entry.path().filename());
  return names;
}

/// "12.3 ± 0.4" as texts have it, in hundredths of a score.
std::string points(double mean, double half) {
  char text[64];
  std::snprintf(text, sizeof text, "%.1f ± %.1f", std::abs(mean) * 100, half * 100);
  return text;
}

/// What texts on the experiments in `folder` may quote: means, and differences with and without their sign.
std::set<std::string> quotable(const fs::path& folder) {
  std::set<std::string> known;
  for (const fs::path& experiment : experiments()) {
    const fs::path file = results_of(experiment) / "summary.csv";
    if (experiment.parent_path() != folder || !fs::exists(file)) continue;
    for (const mtt::Value& line : mtt::parse_csv(file_text(file), ',', "summary.csv").rows) {
      REQUIRE(line.table().size() == 19);
      const auto number = [&](const char* key) { return std::stod(line.at(key).string()); };
      if (!line.at("half").string().empty()) known.insert(points(number("mean"), number("half")));
      if (line.at("difference_half").string().empty()) continue;
      const std::string text = points(number("difference"), number("difference_half"));
      known.insert(text);
      known.insert((number("difference") < 0 ? "−" : "+") + text);
    }
  }
  return known;
}

}  // namespace

TEST_CASE("the tables of experiments are those of their rows and files") {
  REQUIRE(experiments().size() >= 10);
  int complete = 0;
  for (const fs::path& experiment : experiments()) {
    const fs::path results = results_of(experiment);
    if (!fs::exists(results / "runs.jsonl") || is_unfinished(experiment)) continue;
    INFO(experiment);
    const TemporaryFolder folder;
    for (const char* file : {"runs.jsonl", "sweep.json"})
      folder.write(std::string("s/") + file, file_text(results / file));
    if (const std::string times = times_of(results); !times.empty())
      folder.write(times + "/runs.jsonl", file_text(results.parent_path() / times / "runs.jsonl"));
    const std::vector<std::string> data = {"MTT_DATA=/no/such/folder"};  // nothing is left to run
    const Outcome outcome =
        mtt_program({"sweep", experiment.string(), "--out", (folder.path() / "s").string()}, "", data);
    INFO(outcome.out << outcome.err);
    REQUIRE(outcome.code == 0);
    for (const char* file : {"table.md", "summary.csv", "sweep.json", "runs.jsonl"})
      CHECK(fs::exists(folder.path() / "s" / file));
    CHECK(files_in(folder.path() / "s") == files_in(results));
    for (const fs::path& file : files_in(results)) {
      INFO(file);
      CHECK(file_text(folder.path() / "s" / file) == file_text(results / file));
    }
    ++complete;
  }
  CHECK(complete >= 20);  // unfinished ones are not counted
}

TEST_CASE("every mean with its interval in the texts stands in a table of its topic") {
  const std::regex interval(R"((\+|−)?\d+\.\d ± \d+\.\d)");
  const auto count_all = [&](const fs::path& file, const std::set<std::string>& known) {
    const std::string text = file_text(file);
    int seen = 0;
    for (std::sregex_iterator at(text.begin(), text.end(), interval), end; at != end; ++at, ++seen) {
      INFO(file << ": " << at->str());
      CHECK(known.contains(at->str()));
    }
    return seen;
  };
  int seen = 0;
  std::set<std::string> all;
  for (const char* topic : {"freezing", "one_model_or_two", "imbalance", "weighting", "precision"}) {
    const fs::path folder = fs::path(MTT_SOURCE) / "experiments" / topic;
    const std::set<std::string> known = quotable(folder);
    seen += count_all(folder / "README.md", known);
    all.insert(known.begin(), known.end());
  }
  seen += count_all(fs::path(MTT_SOURCE) / "docs/discussion.md", all);
  CHECK(seen > 80);
}

TEST_CASE("the discussion counts the differences of all tables") {
  int all = 0, significant = 0, discoveries = 0;
  for (const fs::path& experiment : experiments()) {
    const fs::path file = results_of(experiment) / "summary.csv";
    const std::string name = experiment.stem().string();
    if (!fs::exists(file) || name == "rates" || name == "times" || name == "strategies_cost") continue;
    for (const mtt::Value& line : mtt::parse_csv(file_text(file), ',', "summary.csv").rows) {
      const auto text = [&](const char* key) { return line.at(key).string(); };
      if (text("difference_half").empty() || text("arm") == text("baseline") || std::stoi(text("seeds")) < 3)
        continue;
      ++all;
      significant += std::abs(std::stod(text("difference"))) > std::stod(text("difference_half"));
      discoveries += text("discovery") == "yes";
    }
  }
  CHECK_THAT(file_text(fs::path(MTT_SOURCE) / "docs/discussion.md"),
             Contains("The tables have " + std::to_string(all) + " differences over at least three seeds") &&
                 Contains(std::to_string(significant) + " intervals exclude 0, and " +
                          std::to_string(discoveries) + " of these"));
}

TEST_CASE("the correlation of gradients and gains in the text is that of the rows") {
  const TemporaryFolder folder;
  const fs::path topic = fs::path(MTT_SOURCE) / "experiments/one_model_or_two";
  const std::string printed = script_output(topic / "pairs_correlation.py",
                                            {(topic / "results/pairs/runs.jsonl").string()}, folder.path());
  CHECK_THAT(printed, Contains("Spearman"));
  CHECK_THAT(file_text(topic / "README.md"), Contains("```\n" + printed + "```\n"));
}

TEST_CASE("the baseline in plain PyTorch computes tags and metrics with known answers") {
  const TemporaryFolder folder;
  const fs::path script = fs::path(MTT_SOURCE) / "experiments/freezing/pytorch.py";
  CHECK_THAT(script_output(script, {"--check"}, folder.path()), Contains("all checks passed"));
}

TEST_CASE("every experiment runs, cut short", "[data]") {
  if (std::getenv("MTT_DATA") == nullptr) MTT_SKIP("MTT_DATA is not set");
  const TemporaryFolder folder;
  const fs::path model = folder.path() / "models/all-MiniLM-L6-v2";  // what arms name is this one too
  write_tiny_model(model, 6);
  int number = 0;
  for (const fs::path& experiment : experiments()) {
    const std::string out = (folder.path() / ("s" + std::to_string(number++))).string();
    std::vector<std::string> arguments = {"sweep", experiment.string(), "--out", out, "--jobs", "2"};
    const std::string name = experiment.stem().string();
    std::vector<std::string> changes = {
        "backbone.model=" + model.string(),
        "sweep.seeds=1",
        "sweep.grid={}",
        "train.steps_per_epoch=3",
        "train.batch_size=4",
        name == "intents" ? "tasks.big.train_examples=300" : "data.train_examples=100"};
    if (name == "protect") changes.push_back("run.init_from=");
    if (name == "order") changes.push_back("sweep.arms.after_few.backbone.model=" + model.string());
    for (const auto& [made, source] :
         {std::pair{"typos", "sentence_polarity"}, {"remap", "snips"}, {"similarity", "sts_images"}}) {
      if (name != made) continue;
      const std::string data = (folder.path() / name).string();
      script_output(experiment.parent_path() / (name + ".py"),
                    {std::string(std::getenv("MTT_DATA")) + "/" + source, data}, folder.path());
      if (name == "similarity") {
        changes.push_back("data.test=[\"" + data + "/captions.jsonl\", \"" + data + "/answers.jsonl\"]");
        continue;
      }
      changes.insert(changes.end(),
                     {"data.train=" + data + "/train.jsonl", "data.test=" + data + "/test.jsonl"});
    }
    for (const std::string& change : changes) arguments.insert(arguments.end(), {"--set", change});
    const Outcome outcome = mtt_program(arguments, "", {"MTT_MODEL_PATH=" + model.parent_path().string()});
    INFO(experiment << "\n" << outcome.out << outcome.err);
    CHECK(outcome.code == 0);
    CHECK_THAT(outcome.out, Contains("0 of them already complete") && Contains("Student's t"));
    if (name == "inertia")
      CHECK_THAT(script_output(experiment.parent_path() / "weights_and_losses.py", {out}, folder.path()),
                 Contains("rate_0.25      slots"));
  }
}

#include <filesystem>
#include <optional>
#include <regex>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

#include "catch.h"
#include "http_client.h"
#include "program.h"
#include "served.h"
#include "sweep_folder.h"
#include "temporary_folder.h"
#include "tiny_model.h"
#include "value/json.h"

namespace fs = std::filesystem;

TEST_CASE("the experiment of docs/data.md runs as written") {
  const TemporaryFolder folder;
  write_tiny_model(folder.path() / "model");
  const std::string page = file_text(std::string(MTT_SOURCE) + "/docs/data.md");
  std::size_t at = 0;
  for (const char* name : {"train.jsonl", "test.jsonl", "home.toml"}) {
    const std::size_t open = page.find(std::string(name).ends_with("toml") ? "```toml\n" : "```json\n", at);
    REQUIRE(open != std::string::npos);
    const std::size_t begin = page.find('\n', open) + 1;
    at = page.find("```", begin);
    folder.write(name, page.substr(begin, at - begin));
    at += 3;
  }
  folder.write("texts.txt", "turn on the heater\n");
  const auto path = [&](const char* name) { return (folder.path() / name).string(); };
  const std::vector<std::string> overrides = {"--set", "backbone.model=" + path("model"), "--set",
                                              "tasks.things.layer=1"};
  for (std::vector<std::string> arguments : {std::vector<std::string>{"run", path("home.toml"), "--check"},
                                             {"run", path("home.toml"), "--out", path("home")}}) {
    arguments.insert(arguments.end(), overrides.begin(), overrides.end());
    const Outcome outcome = mtt_program(arguments);
    INFO(outcome.err);
    CHECK(outcome.code == 0);
  }
  const Outcome predicted = mtt_program({"predict", "--model", path("home"), "--input", path("texts.txt")});
  INFO(predicted.err);
  const auto row = mtt::parse_json(predicted.out, "out");
  CHECK(row.at("wish").at("label").string().size() > 2);
  CHECK(row.at("things").find("entities") != nullptr);
  CHECK(row.at("hurry").find("value") != nullptr);
  CHECK_THAT(mtt_program({"evaluate", "--model", path("home")}).out,
             Contains("hurry") && Contains("2 examples of test.jsonl"));
}

TEST_CASE("the README's commands do what it says", "[model]") {
  if (mtt_program({"tokenize", "--model", "all-MiniLM-L6-v2"}, "a\n").code != 0)
    MTT_SKIP("all-MiniLM-L6-v2 is not on this machine");
  const TemporaryFolder folder;
  const std::string out = (folder.path() / "out").string();
  const Outcome run =
      mtt_program({"run", std::string(MTT_SOURCE) + "/configs/quickstart.toml", "--out", out});
  INFO(run.err);
  REQUIRE(run.code == 0);
  CHECK_THAT(run.err, !Contains("warning"));
  for (const auto& [task, metric, least] :
       std::vector<std::tuple<std::string, std::string, double>>{{"intent", "accuracy", 0.85},
                                                                 {"slots", "entity_f1", 0.6},
                                                                 {"sentiment", "accuracy", 0.8},
                                                                 {"urgency", "spearman", 0.7}}) {
    bool found = false;
    std::istringstream lines(file_text(out + "/scores.jsonl"));
    for (std::string line; std::getline(lines, line);) {
      const auto score = mtt::parse_json(line, "s");
      if (score.at("task").string() != task) continue;
      found = true;
      CHECK(score.at("metrics").at(metric).number() >= least);
    }
    CHECK(found);
  }
  const Outcome encoded = mtt_program({"encode", "--model", "all-MiniLM-L6-v2"}, "hello world\n");
  const auto vector = mtt::parse_json(encoded.out, "out").at("embedding");
  const double published[] = {-0.034478, 0.03102, 0.00673, 0.02611, -0.039362};
  for (int i = 0; i < 5; ++i) CHECK(vector.array()[i].number() == Approx(published[i]).margin(1e-5));
}

namespace {

/// The status of `curl localhost:3000/PATH ... -d 'BODY'`, sent to this server.
int status_of_curl(const Server& server, const std::string& curl) {
  std::smatch command;
  REQUIRE(std::regex_match(curl, command, std::regex("curl localhost:3000(/\\S+) .*-d '(.*)'")));
  return status_of(server.post(command[1], command[2]));
}

}  // namespace

TEST_CASE("every command of the README that names the program runs", "[model]") {
  if (mtt_program({"tokenize", "--model", "all-MiniLM-L6-v2"}, "a\n").code != 0)
    MTT_SKIP("all-MiniLM-L6-v2 is not on this machine");
  const TemporaryFolder folder;
  const std::string source = MTT_SOURCE;
  folder.write("texts.txt", "wake me at six\n");
  const auto in_place = [&](const std::string& word) {
    if (word.starts_with("configs/")) return source + "/" + word;
    if (word.starts_with("runs/") || word == "texts.txt" || word == "vectors.npy" || word == "report.html" ||
        word == "exported" || word == "my-mood")
      return (folder.path() / word).string();
    return word;
  };
  REQUIRE(
      mtt_program({"run", in_place("configs/quickstart.toml"), "--out", in_place("runs/quickstart")}).code ==
      0);
  std::istringstream lines(file_text(source + "/README.md"));
  const std::string program = "build/release/bin/mtt ";
  int commands = 0, requests = 0;
  std::optional<Server> server;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("curl ")) {
      REQUIRE(server);
      INFO(line);
      CHECK(status_of_curl(*server, line) == 200);
      ++requests;
    }
    if (line == program + "serve --model runs/quickstart &") {
      server.emplace(folder.path(), in_place("runs/quickstart"));
      continue;
    }
    if (!line.starts_with(program)) continue;
    std::istringstream words(line.substr(program.size()));
    std::vector<std::string> arguments;
    for (std::string word; words >> word;) arguments.push_back(in_place(word));
    const Outcome outcome = mtt_program(arguments);
    INFO(line << "\n" << outcome.err);
    CHECK(outcome.code == 0);
    ++commands;
  }
  CHECK(commands == 10);
  CHECK(requests == 2);
}

TEST_CASE("the first example of docs/training.md ends at or above its probes", "[model]") {
  if (mtt_program({"tokenize", "--model", "all-MiniLM-L6-v2"}, "a\n").code != 0)
    MTT_SKIP("all-MiniLM-L6-v2 is not on this machine");
  const TemporaryFolder folder;
  const std::string page = file_text(fs::path(MTT_SOURCE) / "docs/training.md");
  const std::size_t begin = page.find("```toml\n") + 8, end = page.find("```", begin);
  REQUIRE(begin < end);
  folder.write("example.toml", page.substr(begin, end - begin));
  for (const char* part : {"train", "test"}) {
    const std::string name = std::string("data/assistant_") + part + ".jsonl";
    folder.write(name, file_text(fs::path(MTT_SOURCE) / "configs" / name));
  }
  const std::string out = (folder.path() / "out").string();
  const Outcome run = mtt_program({"run", (folder.path() / "example.toml").string(), "--out", out});
  INFO(run.err);
  REQUIRE(run.code == 0);
  CHECK_THAT(run.err, !Contains("warning"));
  std::istringstream lines(file_text(out + "/scores.jsonl"));
  int scores = 0;
  for (std::string line; std::getline(lines, line); ++scores) {
    const auto score = mtt::parse_json(line, "scores.jsonl");
    const auto& [metric, trained] = score.at("metrics").table().front();
    INFO(line);
    CHECK(trained.number() >= score.at("probe").at(metric).number() - 1.0 / 64);
  }
  CHECK(scores == 3);  // both tasks, and all of them
}

TEST_CASE("the sweep of docs/training.md is one") {
  const SweepFolder folder;
  const std::string page = file_text(fs::path(MTT_SOURCE) / "docs/training.md");
  const std::size_t begin = page.find("[sweep]\n", page.find("## Sweeps")), end = page.find("```", begin);
  REQUIRE(begin < end);
  const std::string config = kSweepConfig;
  folder.write("sweep.toml", config.substr(0, config.find("[sweep]")) + page.substr(begin, end - begin));
  const Outcome outcome = mtt_program({"sweep", folder.config(), "--check"});
  INFO(outcome.err);
  CHECK(outcome.code == 0);
  CHECK_THAT(outcome.out, Contains("30 runs; the baseline is 'all'"));
}

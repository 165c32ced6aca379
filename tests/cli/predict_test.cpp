#include <filesystem>
#include <sstream>

#include "catch.h"
#include "program.h"
#include "temporary_folder.h"
#include "tiny_model.h"
#include "value/json.h"

namespace {

struct Intents {
  TemporaryFolder folder;
  Intents() {
    write_tiny_model(folder.path() / "model");
    folder.write(
        "train.jsonl",
        "{\"text\": \"play some music\", \"intent\": \"play\"}\n{\"text\": \"rain now\", \"intent\": "
        "\"weather\"}\n");
  }
  std::string path(const std::string& name) const { return (folder.path() / name).string(); }

  Outcome run(const std::string& task, const std::vector<std::string>& more = {}) const {
    folder.write("e.toml", "[backbone]\nmodel = \"./model\"\n[data]\ntrain = \"train.jsonl\"\n[tasks." +
                               task +
                               "]\nhead = \"classification\"\nfield = \"intent\"\ninit = \"class_means\"\n");
    std::vector<std::string> arguments = {"run", path("e.toml"), "--out", path("out")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return mtt_program(arguments);
  }
  mtt::Value predicted(const std::vector<std::string>& more, const std::string& input) const {
    std::vector<std::string> arguments = {"predict", "--model", path("out")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Outcome outcome = mtt_program(arguments, input);
    INFO(outcome.err);
    REQUIRE(outcome.code == 0);
    return mtt::parse_json(outcome.out.substr(0, outcome.out.find('\n')), "out");
  }
};

}  // namespace

TEST_CASE("predictions keep the other keys of their line, under input where the name is taken") {
  const Intents e;
  REQUIRE(e.run("intent").code == 0);
  const mtt::Value row = e.predicted(
      {"--field", "sentence"},
      R"({"id": 7, "sentence": "rain now", "tags": ["a"], "text": "x", "intent": "play", "input": 1})"
      "\n");
  CHECK(row.at("text").string() == "rain now");
  CHECK(row.at("id").integer() == 7);
  CHECK(row.at("tags").json() == "[\"a\"]");
  CHECK(row.at("intent").at("label").string() == "weather");
  CHECK(row.at("input").json() == R"({"text":"x","intent":"play","input":1})");
  CHECK(row.find("sentence") == nullptr);
  const mtt::Value plain = e.predicted({}, "rain now\n");
  CHECK(plain.table().size() == 2);
  e.folder.write("in.csv", "id,text\n007,rain now\n");
  const mtt::Value cell = e.predicted({"--field", "text", "--input", e.path("in.csv")}, "");
  CHECK(cell.at("id").string() == "007");
  CHECK(cell.at("intent").at("label").string() == "weather");
}

TEST_CASE("names of tasks: capitals, but no key of a prediction's line and nothing too long") {
  const Intents e;
  REQUIRE(e.run("Intent-2_NER").code == 0);
  CHECK(e.predicted({}, "rain now\n").at("Intent-2_NER").at("label").string() == "weather");
  for (const std::string name : {"text", "text_pair", "input"}) {
    const Outcome outcome = e.run(name);
    CHECK(outcome.code == 1);
    CHECK_THAT(outcome.err, Contains("e.toml:5:") && Contains("a task cannot be named \"" + name + "\""));
  }
  const Outcome large = e.run(std::string(256, 'a'));
  CHECK(large.code == 1);
  CHECK_THAT(large.err, Contains("has 256 characters") && Contains("a file name has at most 255"));
  CHECK_THAT(e.run("\"a b\"").err, Contains("is not a valid name for a task"));
}

TEST_CASE("quiet and verbose: results and warnings stay, the account of a run goes or grows") {
  const Intents e;
  const Outcome quiet = e.run("intent", {"--quiet"});
  CHECK(quiet.code == 0);
  CHECK(quiet.out.empty());
  CHECK(quiet.err.empty());
  CHECK_THAT(file_text(e.folder.path() / "out/console.txt"), Contains("The results are in"));
  const std::vector<std::string> predict = {"predict", "--model", e.path("out"), "--max-tokens", "3"};
  const auto with = [&](const std::string& option) {
    std::vector<std::string> arguments = predict;
    arguments.push_back(option);
    return mtt_program(arguments, "rain now\n");
  };
  CHECK_THAT(with("--quiet").out, Contains("\"label\""));
  CHECK_THAT(with("--quiet").err, Contains("were truncated to 3 tokens") && !Contains("mtt: info"));
  CHECK_THAT(with("--verbose").err, Contains("mtt: info: mtt 0.1.0") && Contains("classification.so"));
  CHECK(with("--verbose").out == with("--quiet").out);
  CHECK(mtt_program({"plugins", "--quiet", "--verbose"}).code == 2);
  CHECK_THAT(mtt_program({"--help"}).out, Contains("NO_COLOR") && Contains("MTT_MODEL_PATH"));
}

TEST_CASE("a head whose labels are no text is named") {
  const Intents e;
  e.folder.write("e.toml", R"([backbone]
model = "./model"
[data]
train = "train.jsonl"
[tasks.intent]
head = "breaks_contract"
how = "no_text"
[show]
sentences = ["rain"]
)");
  const Outcome outcome =
      mtt_program({"run", e.path("e.toml"), "--out", e.path("out"), "--plugin-path", MTT_BAD_PLUGINS});
  INFO(outcome.err);
  CHECK(outcome.code == 1);
  CHECK_THAT(outcome.err,
             Contains("task 'intent': the head 'breaks_contract' returned the text \"\\xff\\xfe\""));
}

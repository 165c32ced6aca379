#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

#include "catch.h"
#include "program.h"
#include "sweep_folder.h"
#include "temporary_folder.h"
#include "tiny_model.h"
#include "value/json.h"

namespace fs = std::filesystem;

namespace {

constexpr const char* kConfig = R"([backbone]
model = "./model"

[data]
train = "train.jsonl"
dev = "dev.jsonl"
test = "test.jsonl"

[tasks.intent]
head = "classification"

[tasks.mood]
head = "regression"
)";

/// Texts with an intent and a mood that depend on their words.
std::string lines(int count, int first) {
  const char* words[] = {"wake", "me", "up", "at", "six", "some", "music", "loud", "rain", "now"};
  std::string text;
  for (int i = first; i < first + count; ++i) {
    const bool plays = i % 2 == 0;
    text += std::string("{\"text\": \"") + (plays ? "play " : "wake ") + words[i % 10] + " " +
            words[i / 10 % 10] + " " + words[i / 100 % 10] + "\", \"intent\": \"" +
            (plays ? "play" : "alarm") + "\", \"mood\": " + std::to_string(i % 10) + "}\n";
  }
  return text;
}

struct RecommendFolder : TemporaryFolder {
  RecommendFolder() {
    write_tiny_model(path() / "model");
    write("train.jsonl", lines(120, 0));
    write("dev.jsonl", lines(40, 300));
    write("test.jsonl", "no JSON: nobody may read it\n");
    write("e.toml", kConfig);
  }
  std::string path_of(const std::string& name) const { return (path() / name).string(); }
  std::vector<std::string> arguments(const std::string& name, std::vector<std::string> more = {}) const {
    std::vector<std::string> all = {"recommend", path_of("e.toml"), "--out", path_of(name), "--threads", "1"};
    if (std::find(more.begin(), more.end(), "--examples") == more.end())
      all.insert(all.end(), {"--examples", "64"});
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  Outcome recommend(const std::string& name, std::vector<std::string> more = {}) const {
    return mtt_program(arguments(name, std::move(more)));
  }
  Outcome check(const std::string& name) const {
    return mtt_program({"run", path_of(name + "/recommended.toml"), "--check", "--out",
                        path_of(name + "-run"), "--set", "data.test=[]"});
  }
};

}  // namespace

TEST_CASE("strategies are compared on the validation set, and the recommended file can be run") {
  const RecommendFolder folder;
  const Outcome first = folder.recommend("r");
  INFO(first.out << first.err);
  REQUIRE(first.code == 0);
  CHECK_THAT(first.out, Contains("[6/6] full-64, seed 1") && Contains("Choose ") &&
                            Contains("predicted for 120 from 16 and 64"));
  const Outcome reported = mtt_program({"report", folder.path_of("r"), "--output", folder.path_of("r.html"),
                                        "--tables", folder.path_of("tables")});
  INFO(reported.err);
  REQUIRE(reported.code == 0);
  CHECK_THAT(file_text(folder.path_of("r.html")), Contains("<title>Recommendation r") &&
                                                      Contains("Choose ") && Contains("full fine-tuning") &&
                                                      Contains("<svg"));
  CHECK_THAT(file_text(folder.path_of("tables/strategies.csv")),
             Catch::Matchers::StartsWith("strategy,measured,predicted,"));
  CHECK_THAT(first.out, Contains("the probe") && Contains("the upper layer") && Contains("full fine-tuning"));
  CHECK_THAT(first.out,
             Contains("intent.accuracy") && Contains("mood.spearman") && Contains("There are no intervals"));
  const Outcome check = folder.check("r");
  INFO(check.out << check.err);
  CHECK(check.code == 0);
  CHECK_THAT(check.out, Contains("the experiment can run"));
  const std::string said = file_text(folder.path() / "r/console.txt");
  CHECK_THAT(said, Contains("Choose ") && Contains("trainable parameters"));
  CHECK_THAT(file_text(folder.path() / "r/sweep/console.txt"), Contains("[6/6] full-64, seed 1"));
  const auto json = mtt::parse_json(file_text(folder.path() / "r/recommendation.json"), "r");
  CHECK(json.at("tasks").array().size() == 2);
  CHECK(json.at("tasks").array()[0].at("training_examples").at("fewer").number() == 16);
  for (const auto& strategy : json.at("strategies").array()) CHECK(strategy.at("minutes").number() >= 0);
  CHECK(json.at("strategies").array()[0].at("trainable_parameters").integer() == 27);

  // Nothing is left to run, and the answer is the same.
  const Outcome again = folder.recommend("r", {"--json"});
  INFO(again.err);
  CHECK(again.code == 0);
  CHECK(mtt::parse_json(again.out, "out").json() == json.json());
  const Outcome other = folder.recommend("r", {"--epochs", "3"});
  CHECK(other.code == 1);
  CHECK_THAT(other.err, Contains("holds a run of another configuration"));
}

TEST_CASE("with dev_share both parts of the training file are kept, and all examples can be used") {
  const RecommendFolder folder;
  const std::vector<std::string> share = {
      "--set",      "data.dev=", "--set", "data.dev_share=0.25", "--set", "tasks.intent.init=none",
      "--examples", "500"};
  const std::vector<std::string> own = {"--set", "train={epochs=4, best=\"intent.accuracy\"}",
                                        "--set", "freeze={policy=\"bitfit\"}",
                                        "--set", "sampler={method=\"uniform\"}"};
  for (const bool trains : {false, true}) {
    const std::string name = trains ? "trains" : "plain";
    std::vector<std::string> more = share;
    if (trains) more.insert(more.end(), own.begin(), own.end());
    const Outcome outcome = folder.recommend(name, more);
    INFO(outcome.out << outcome.err);
    REQUIRE(outcome.code == 0);
    CHECK_THAT(outcome.out, Contains("[3/3]") && Contains("all training examples were used"));
    std::string train, validation;
    for (const auto& entry : fs::directory_iterator(folder.path() / name / "data"))
      (entry.path().filename().string().starts_with("train-") ? train : validation) +=
          file_text(entry.path());
    CHECK_FALSE(validation.empty());
    CHECK(std::count(train.begin(), train.end(), '\n') +
              std::count(validation.begin(), validation.end(), '\n') ==
          120);
    CHECK(folder.check(name).code == 0);
  }
}

TEST_CASE("what cannot be compared is refused, with what to do") {
  const RecommendFolder folder;
  const auto refuses = [&](std::vector<std::string> more, const std::string& with) {
    const Outcome outcome = folder.recommend("r", std::move(more));
    CHECK(outcome.code == 1);
    CHECK_THAT(outcome.err, Contains("mtt: error: ") && Contains(with));
    CHECK_FALSE(fs::exists(folder.path() / "r"));
  };
  refuses({"--set", "data.dev="},
          "e.toml: the task 'intent' has no validation set, and strategies are not compared on the "
          "test set; add dev = \"dev.jsonl\" or dev_share = 0.1 to [data] or to [tasks.intent]");
  refuses({"--set", "data.dev=" + folder.path_of("test.jsonl")}, "is also its test set");
  refuses({"--set", "data.dev=" + folder.path_of("gone.jsonl")}, "gone.jsonl' does not exist");
  refuses({"--set", "data.train="}, "task 'intent' has no training set");
  refuses({"--set", "train.epochs=0"}, "[train] epochs is 0");
  refuses({"--set", "tasks={}"}, "there is no task to compare strategies for");
  folder.write("full/notes.txt", "mine");
  const Outcome full = folder.recommend("full");
  CHECK(full.code == 1);
  CHECK_THAT(full.err, Contains("contains files that do not belong to a recommendation"));
  CHECK(folder.recommend("r", {"--examples", "3"}).code == 2);
  CHECK(folder.recommend("r", {"--margin", "-1"}).code == 2);
}

TEST_CASE("a run that fails is named with its reason, also in quiet") {
  const RecommendFolder folder;
  folder.write("bad.jsonl", lines(60, 0) + "{\"text\": \"now\", \"mood\": \"high\"}\n");
  const Outcome outcome = folder.recommend(
      "r", {"--json", "--set", "data.train=" + folder.path_of("bad.jsonl"), "--examples", "61"});
  CHECK(outcome.code == 1);
  CHECK(outcome.out.empty());
  CHECK_THAT(outcome.err, Contains("3 of 3 runs failed") && Contains("; the first, 'probe-61': ") &&
                              Contains("bad.jsonl:61:"));
}

TEST_CASE("a comparison that is stopped is resumed by the same command") {
  const RecommendFolder folder;
  const std::vector<std::string> more = {"--epochs", "60"};
  {
    RunningProgram program(folder.arguments("r", more), folder.path() / "o", folder.path() / "e");
    while (mtt::read_rows(folder.path() / "r/sweep/runs.jsonl").size() < 2 && !program.ended())
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    program.send(SIGINT);
    CHECK(program.wait() == 128 + SIGINT);
  }
  const Outcome rest = folder.recommend("r", more);
  INFO(rest.out << rest.err);
  CHECK(rest.code == 0);
  CHECK_THAT(rest.out, !Contains("6 runs, 0 of them") && Contains("Choose "));
}

TEST_CASE("a task whose head has no parameters compares the pretrained encoder, also next to a fitted head") {
  const RecommendFolder folder;
  std::string pairs;
  for (int i = 0; i < 40; ++i)
    pairs += std::string("{\"text\": \"play music\", \"text_pair\": \"") +
             (i % 2 ? "some loud music" : "wake me up") + "\", \"like\": " + std::to_string(i % 4) +
             ", \"same\": \"" + (i % 2 ? "yes" : "no") + "\"}\n";
  folder.write("train.jsonl", pairs);
  folder.write("dev.jsonl", pairs);
  const std::string like = "like={head=\"similarity\"}", same = "same={head=\"pair_classification\"}";
  for (const std::string& tasks : {like, like + ", " + same}) {
    const std::string name = tasks == like ? "one" : "two";
    const std::vector<std::string> more = {"--set", "tasks={" + tasks + "}", "--seeds",
                                           tasks == like ? "2" : "1"};
    const Outcome outcome = folder.recommend(name, more);
    INFO(outcome.out << outcome.err);
    CHECK(outcome.code == 0);
    CHECK_THAT(outcome.out, Contains(tasks == like ? "[6/6]" : "[3/3]"));
    CHECK(folder.check(name).code == 0);
  }
}

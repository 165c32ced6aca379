#include <filesystem>

#include "catch.h"
#include "data/examples.h"
#include "program.h"
#include "temporary_folder.h"
#include "tiny_model.h"
#include "value/json.h"

namespace fs = std::filesystem;

namespace {

const char kConfig[] = R"([backbone]
model = "./model"

[data]
train = "train.csv"
test = "test.csv"
text = "sentence"

[tasks.wish]
head = "classification"

[tasks.hurry]
head = "regression"

[tasks.things]
head = "token_classification"
train = "things.conll"
test = "things.conll"
)";

struct Experiment {
  TemporaryFolder folder;
  std::string config = folder.write("e.toml", kConfig).string();

  Experiment() {
    write_tiny_model(folder.path() / "model");
    folder.write("train.csv",
                 "wish,sentence,hurry\nplay,\"play some music, now\",0.5\nwake,wake me,1\nplay,rain,\n");
    folder.write("test.csv", "sentence,hurry,wish\nWake  me,0.2,wake\nmusic,0.7,play\n");
    folder.write("things.conll", "play\tO\nmusic\tB-what\n\nwake\tO\nme\tO\n");
  }
  std::string path(const std::string& name) const { return (folder.path() / name).string(); }
  Outcome check(std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"data", "check", config});
    return mtt_program(more);
  }
};

/// The next block of a page that is fenced as `kind`, behind `at`, which moves behind it.
std::string block(const std::string& page, const std::string& kind, std::size_t& at) {
  const std::string fence = "```" + kind + "\n";
  const std::size_t begin = page.find(fence, at) + fence.size();
  REQUIRE(begin >= fence.size());
  at = page.find("```", begin);
  return page.substr(begin, at - begin);
}

}  // namespace

TEST_CASE("data check reads all formats and needs no weights") {
  const Experiment e;
  fs::remove(e.folder.path() / "model/model.safetensors");
  const Outcome outcome = e.check();
  INFO(outcome.err);
  CHECK(outcome.code == 0);
  for (const char* part :
       {"train train.csv", "test  test.csv", "train things.conll", "The model reads at most 16 tokens",
        "wish: classes", "hurry: numbers", "things: spans", "  play                  2        1  ██████████",
        "note: test: 1 of 2 examples of test.csv are also in train (train.csv), ignoring", "0 errors, "})
    CHECK_THAT(outcome.out, Contains(part));
}

TEST_CASE("data check ends with 1 where there is an error, and says the same as JSON") {
  const Experiment e;
  e.folder.write("test.csv", "sentence,wish\nmusic,sing\n");
  const Outcome outcome = e.check();
  CHECK(outcome.code == 1);
  CHECK(outcome.err.empty());
  CHECK_THAT(outcome.out, Contains("error: wish: 1 label is not in train: \"sing\" (test 1)"));
  const Outcome json = e.check({"--json"});
  CHECK(json.code == 1);
  const auto report = mtt::parse_json(json.out, "out");
  CHECK(report.at("max_tokens").integer() == 16);
  CHECK(report.at("files").array().size() == 4);
  CHECK(report.at("errors").array()[0].at("about").string() == "wish");
  CHECK(report.at("tasks").array()[0].at("labelled").at("train").integer() == 3);
}

TEST_CASE("data check draws the dev examples that dev_share asks for") {
  const Experiment e;
  std::string rows = "sentence,wish\n";
  for (int i = 0; i < 200; ++i) rows += "play " + std::to_string(i) + (i % 2 ? ",play\n" : ",wake\n");
  e.folder.write("many.csv", rows);
  const Outcome outcome = e.check(
      {"--json", "--set", "tasks.wish.train=" + e.path("many.csv"), "--set", "tasks.wish.dev_share=0.25"});
  INFO(outcome.out << outcome.err);
  const auto labelled = mtt::parse_json(outcome.out, "out").at("tasks").array()[0].at("labelled");
  CHECK(labelled.at("train").integer() == 150);
  CHECK(labelled.at("dev").integer() == 50);
  const Outcome fewer = e.check(
      {"--json", "--set", "tasks.wish.train=" + e.path("many.csv"), "--set", "tasks.wish.train_examples=40"});
  CHECK(mtt::parse_json(fewer.out, "out").at("tasks").array()[0].at("labelled").at("train").integer() == 40);
}

TEST_CASE("data check knows sets of classes, and a run names held-out labels that its head does not know") {
  const Experiment e;
  e.folder.write("train.jsonl", R"({"sentence": "play rain", "topics": ["music"]}
{"sentence": "wake me", "topics": []}
{"sentence": "rain now", "topics": ["weather", "music"]}
)");
  e.folder.write("test.jsonl", "{\"sentence\": \"wake\", \"topics\": [\"music\", \"time\"]}\n");
  const std::string file = e.folder
                               .write("topics.toml", R"([backbone]
model = "./model"
[data]
train = "train.jsonl"
test = "test.jsonl"
text = "sentence"
[tasks.topics]
head = "multi_label"
)")
                               .string();
  const Outcome check = mtt_program({"data", "check", file});
  INFO(check.out << check.err);
  CHECK_THAT(check.out,
             Contains("topics: sets of classes") && Contains("1 label is not in train: \"time\" (test 1)"));
  CHECK_THAT(check.out, Contains("1 error, 0 notes"));
  const Outcome run = mtt_program({"run", file, "--out", (e.folder.path() / "run").string()});
  INFO(run.err);
  CHECK(run.code == 0);
  const char* unknown = "test.jsonl has 1 label that the head does not know: \"time\" (1)";
  CHECK_THAT(run.err, Contains(unknown));
  const Outcome evaluated = mtt_program({"evaluate", "--model", (e.folder.path() / "run").string(), "--data",
                                         (e.folder.path() / "test.jsonl").string()});
  INFO(evaluated.err);
  CHECK(evaluated.code == 0);
  CHECK_THAT(evaluated.err, Contains(unknown));
  e.folder.write("odd.jsonl", "{\"sentence\": \"wake\", \"topics\": {\"a\": 1}}\n");
  const Outcome odd = mtt_program({"evaluate", "--model", (e.folder.path() / "run").string(), "--data",
                                   (e.folder.path() / "odd.jsonl").string()});
  CHECK(odd.code == 1);
  CHECK_THAT(odd.err, Contains("mtt: error: task 'topics': ") && Contains("odd.jsonl:1:"));
}

TEST_CASE("drop_overlap leaves out what is also held out, in a check and in a run") {
  const Experiment e;
  e.folder.write("train.csv", "wish,sentence,hurry\nplay,rain,0.5\nwake,wake me,1\nwake,wake now,1\n");
  e.folder.write("held.conll", "wake\tO\nme\tO\n");
  const std::vector<std::string> drop = {"--set", "data.drop_overlap=true", "--set",
                                         "tasks.things.test=" + e.path("held.conll")};
  const Outcome check = e.check(drop);
  INFO(check.out << check.err);
  CHECK(check.code == 0);
  CHECK_THAT(check.out, !Contains("are also in train"));
  const Outcome run = mtt_program({"run", e.config, "--check", drop[0], drop[1], drop[2], drop[3]});
  INFO(run.out << run.err);
  CHECK(run.code == 0);
  CHECK_THAT(run.out, Contains("left out 1 of 3 examples of ") && Contains("left out 1 of 2 examples of "));
  const Outcome nothing =
      e.check({"--set", "data.drop_overlap=true", "--set", "data.test=" + e.path("train.csv")});
  CHECK(nothing.code == 1);
  CHECK_THAT(nothing.err, Contains("shares a sentence with a dev or test file"));
}

TEST_CASE("data check names what it cannot read") {
  const Experiment e;
  const auto fails = [&](const std::vector<std::string>& more, const std::string& with) {
    const Outcome outcome = e.check(more);
    INFO(outcome.out << outcome.err);
    CHECK(outcome.code == 1);
    CHECK_THAT(outcome.err, Contains("mtt: error: ") && Contains(with));
  };
  e.folder.write("ragged.csv", "sentence,wish\na,b,c\n");
  fails({"--set", "data.train=" + e.path("ragged.csv")}, "ragged.csv:2:1: found 3 cells, expected 2");
  fails({"--set", "data.text=txt"}, "there is no column \"txt\"");
  fails({"--set", "data.train=" + e.path("gone.csv")}, "gone.csv' does not exist");
  fails({"--set", "data.dev=" + e.path("test.csv"), "--set", "data.dev_share=0.1"},
        "has both 'dev' and 'dev_share'");
  fails({"--set", "data.dev_share=0.6"}, "0.6");
  e.folder.write("e.toml", "[backbone]\nmodel = \"./model\"\n[tasks.wish]\nhead = \"classification\"\n");
  fails({}, "there are no examples to check");
}

TEST_CASE("heads learn from tables and tagged files, and are scored on them") {
  const Experiment e;
  const std::string out = (e.folder.path() / "out").string();
  const Outcome run = mtt_program({"run", e.config, "--out", out, "--set", "tasks.wish.init=ridge", "--set",
                                   "tasks.hurry.init=ridge", "--set", "tasks.things.init=class_means"});
  INFO(run.err);
  REQUIRE(run.code == 0);
  CHECK_THAT(run.out, Contains("wish          accuracy") && Contains("hurry         spearman") &&
                          Contains("things        entity_f1"));
  const Outcome spans =
      mtt_program({"evaluate", "--model", out, "--data", (e.folder.path() / "things.conll").string()});
  INFO(spans.err);
  CHECK(spans.code == 0);
  CHECK_THAT(spans.out, Contains("things") && !Contains("wish"));
  e.folder.write("pairs.csv", "sentence,text_pair,similarity\nplay,rain,0.5\nwake,up,3\nme,me,5\n");
  const Outcome pairs =
      mtt_program({"evaluate", "--model", out, "--data", (e.folder.path() / "pairs.csv").string()});
  INFO(pairs.err);
  CHECK_THAT(pairs.out, Contains("cosine_spearman"));
  e.folder.write("bad.csv", "sentence,hurry\nplay,1\nwake,nan\n");
  CHECK_THAT(mtt_program({"run", e.config, "--check", "--set", "tasks.hurry.train=" + e.path("bad.csv"),
                          "--set", "tasks.hurry.init=ridge"})
                 .err,
             Contains("bad.csv:3:6: found \"nan\", expected a number"));
}

TEST_CASE("the tagged sentence of docs/data.md is read as written") {
  const TemporaryFolder folder;
  std::size_t at = 0;
  const std::string text = block(file_text(std::string(MTT_SOURCE) + "/docs/data.md"), "conll", at);
  const auto examples = mtt::read_examples(folder.write("d.conll", text));
  CHECK(examples.texts == std::vector<std::string>{"turn the radio off"});
  CHECK(examples.labels("things")[0].json() == R"([{"start":9,"end":14,"label":"device"}])");
}

TEST_CASE("the report of docs/data.md is what the program says", "[model]") {
  if (mtt_program({"tokenize", "--model", "all-MiniLM-L6-v2"}, "a\n").code != 0)
    MTT_SKIP("all-MiniLM-L6-v2 is not on this machine");
  const TemporaryFolder folder;
  const std::string page = file_text(std::string(MTT_SOURCE) + "/docs/data.md");
  std::size_t at = 0;
  folder.write("train.jsonl", block(page, "json", at));
  folder.write("test.jsonl", block(page, "json", at));
  const std::string config = folder.write("home.toml", block(page, "toml", at)).string();
  folder.write("more.csv", block(page, "csv", at));
  const Outcome outcome =
      mtt_program({"data", "check", config, "--set", "data.test=" + (folder.path() / "more.csv").string()});
  INFO(outcome.err);
  CHECK(outcome.code == 1);
  CHECK(outcome.out == block(page, "text", at));
  CHECK(mtt_program({"data", "check", config}).code == 0);
}

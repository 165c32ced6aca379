#include "catch.h"
#include "program.h"
#include "temporary_folder.h"
#include "tiny_model.h"

namespace {

const char kConfig[] = R"([backbone]
model = "./model"
[data]
train = "train.jsonl"
test = "test.jsonl"
[tasks.what]
head = "token_classification"
init = "class_means"
)";

/// {"text", "what": [{start, end, "x"}]}
std::string line(const std::string& text, const std::string& spans) {
  return "{\"text\": \"" + text + "\", \"what\": [" + spans + "]}\n";
}

std::string span(int start, int end) {
  return "{\"start\": " + std::to_string(start) + ", \"end\": " + std::to_string(end) + ", \"label\": \"x\"}";
}

struct Experiment {
  TemporaryFolder folder;
  std::string config = folder.write("e.toml", kConfig).string();

  Experiment() {
    write_tiny_model(folder.path() / "model");
    const std::string good = line("play loud music", span(10, 15)) + line("wake me at six", span(11, 14)) +
                             line("rain now", "") + line("music louder now", span(0, 5));
    folder.write("train.jsonl", good);
    folder.write("test.jsonl", good);
  }
  std::string path(const std::string& name) const { return (folder.path() / name).string(); }
  Outcome run(const std::string& out, std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"run", config, "--out", path(out)});
    return mtt_program(more);
  }
};

/// What stands behind "Scores on held-out examples".
std::string scores(const Outcome& outcome) {
  const std::size_t at = outcome.out.find("Scores on held-out");
  REQUIRE(at != std::string::npos);
  return outcome.out.substr(at, outcome.out.find("The results are in") - at);
}

}  // namespace

TEST_CASE("spans with blanks or one character off train and score as whole words, and the run says so") {
  const Experiment e;
  const Outcome good = e.run("good");
  INFO(good.out << good.err);
  REQUIRE(good.code == 0);
  CHECK_THAT(good.err, !Contains("whole words"));
  CHECK_THAT(scores(good), Contains("entity_f1") && !Contains("entity_f1 0.0000"));

  const std::string off = line("play loud music", span(9, 15)) + line("wake me at six", span(12, 14)) +
                          line("rain now", "") + line("music louder now", span(0, 6));
  e.folder.write("train.jsonl", off);
  e.folder.write("test.jsonl", off);
  const Outcome moved = e.run("moved");
  CHECK(moved.code == 0);
  CHECK(scores(moved) == scores(good));
  const std::string what =
      "jsonl: 3 of 3 spans do not begin and end at word boundaries and are moved to whole words; the first: ";
  const std::string becomes = ".jsonl:1: 9..15 \" music\" becomes 10..15 \"music\"\n";
  for (const char* name : {"train", "test"})
    CHECK_THAT(moved.err, Contains(std::string(name) + "." + what + name + becomes) &&
                              Contains(std::string(name) + ".jsonl: Most spans of the file are not at word "
                                                           "boundaries, so its offsets may be wrong"));

  const Outcome check = mtt_program({"run", e.config, "--check"});
  CHECK(check.code == 0);
  CHECK_THAT(check.err, Contains("train." + what));
  const Outcome data = mtt_program({"data", "check", e.config});
  CHECK(data.code == 0);
  CHECK_THAT(data.out, Contains("6 of 6 spans do not begin and end at word boundaries") &&
                           Contains("test.jsonl:2: 12..14 \"ix\" becomes 11..14 \"six\""));
  const Outcome own = mtt_program({"evaluate", "--model", e.path("moved")});
  const Outcome given = mtt_program({"evaluate", "--model", e.path("good"), "--data", e.path("test.jsonl")});
  for (const Outcome* evaluated : {&own, &given}) {
    CHECK(evaluated->code == 0);
    CHECK_THAT(evaluated->err, Contains("test." + what));
    CHECK_THAT(scores(good), Contains(evaluated->out.substr(0, evaluated->out.find('\n'))));
  }
}

TEST_CASE("validation in training sees the spans that training sees") {
  const Experiment e;
  const std::vector<std::string> train = {"--set", "train.epochs=1", "--set",
                                          "data.dev=" + e.path("test.jsonl")};
  REQUIRE(e.run("good", train).code == 0);
  e.folder.write("test.jsonl", line("play loud music", span(10, 14)) + line("wake me at six", span(10, 14)) +
                                   line("rain now", "") + line("music louder now", span(0, 6)));
  const Outcome moved = e.run("moved", train);
  INFO(moved.err);
  REQUIRE(moved.code == 0);
  const auto log = [&](const std::string& run) {
    std::string text = file_text(e.path(run) + "/metrics.jsonl"), dev;
    for (std::size_t at = 0, end; at < text.size(); at = end + 1) {
      end = text.find('\n', at);
      const std::string row = text.substr(at, end - at);
      if (row.find("entity_f1") != std::string::npos) dev += row.substr(row.find("entity_f1")) + "\n";
    }
    return dev;
  };
  CHECK(!log("good").empty());
  CHECK(log("moved") == log("good"));
}

TEST_CASE("spans that cannot be are errors with file and line wherever examples are read") {
  const Experiment e;
  REQUIRE(e.run("out").code == 0);
  for (const auto& [spans, what] : std::vector<std::pair<std::string, std::string>>{
           {span(9, 20), "ends beyond the text of 15 characters"},
           {span(4, 4), "is empty or negative"},
           {span(4, 5), "holds only white space"},
           {span(0, 9) + ", " + span(5, 15), "overlap"}}) {
    const std::string printed = what.substr(0, what.find('\\'));
    e.folder.write("test.jsonl", line("rain now", "") + line("play loud music", spans));
    for (const Outcome& outcome :
         {e.run("other"), mtt_program({"run", e.config, "--check"}),
          mtt_program({"evaluate", "--model", e.path("out"), "--data", e.path("test.jsonl")})}) {
      CHECK(outcome.code == 1);
      CHECK_THAT(outcome.err, Contains("test.jsonl:2:") && Contains(printed));
    }
    const Outcome check = mtt_program({"data", "check", e.config});
    CHECK(check.code == 1);
    CHECK_THAT(check.out, Contains("test.jsonl:2:") && Contains(printed));
  }
}

TEST_CASE("texts that the model truncates are counted, with the spans behind the cut") {
  const Experiment e;
  const std::vector<std::string> shorter = {"--set", "backbone.max_tokens=4"};
  const Outcome run = e.run("out", shorter);
  INFO(run.err);
  REQUIRE(run.code == 0);
  for (const char* name : {"train", "test"})
    CHECK_THAT(run.err, Contains(std::string(name) +
                                 ".jsonl: 3 of 4 texts are truncated to 4 tokens, the longest "
                                 "has 6; 2 of 3 spans end beyond the limit and " +
                                 (name[1] == 'r' ? "are not used for training" : "count as missed") +
                                 "; set max_tokens higher (the model takes up to 32) or split such texts"));
  const Outcome evaluated =
      mtt_program({"evaluate", "--model", e.path("out"), "--data", e.path("test.jsonl")});
  CHECK_THAT(evaluated.err, Contains("test.jsonl: 3 of 4 texts are truncated to 4 tokens") &&
                                Contains("; set --max-tokens higher (the model takes up to 32)"));
  std::vector<std::string> check = {"run", e.config, "--check"};
  check.insert(check.end(), shorter.begin(), shorter.end());
  CHECK_THAT(mtt_program(check).err, Contains("train.jsonl: 3 of 4 texts are truncated"));
  CHECK_FALSE(Contains("truncated").match(e.run("whole").err));
}

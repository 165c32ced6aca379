#include <algorithm>
#include <sstream>

#include "catch.h"
#include "mtt/value.h"
#include "program.h"
#include "temporary_folder.h"
#include "tiny_model.h"
#include "value/json.h"

namespace {

const char kConfig[] = R"([backbone]
model = "./model"

[data]
train = "pairs.jsonl"
test = "pairs.jsonl"

[tasks.related]
head = "classification"
pair = "joint"

[tasks.things]
head = "token_classification"
pair = "joint"

[train]
epochs = 2
batch_size = 4
dropout = 0.0
)";

const char kPairs[] =
    R"({"text": "play some music", "text_pair": "loud music", "related": "yes", "things": [{"start": 10, "end": 15, "label": "noun"}, {"start": 5, "end": 10, "label": "noun", "in": "text_pair"}]}
{"text": "wake me up", "text_pair": "up at six now", "related": "yes", "things": []}
{"text": "play rain", "text_pair": "", "related": "no", "things": [{"start": 5, "end": 9, "label": "noun"}]}
{"text": "wake me at six", "text_pair": "some rain", "related": "no", "things": [{"start": 5, "end": 9, "label": "noun", "in": "text_pair"}]}
)";

struct Experiment {
  TemporaryFolder folder;
  explicit Experiment(const std::string& config = kConfig, const std::string& pairs = kPairs) {
    write_tiny_model(folder.path() / "model");
    folder.write("e.toml", config);
    folder.write("pairs.jsonl", pairs);
  }
  std::string path(const std::string& name) const { return (folder.path() / name).string(); }
  Outcome run(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = {"run", path("e.toml"), "--out", path("run"), "--threads", "1"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return mtt_program(arguments);
  }
};

std::vector<mtt::Value> lines(const std::string& text) {
  std::vector<mtt::Value> rows;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) rows.push_back(mtt::parse_json(line, "output"));
  return rows;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("joint pairs train a classifier and a tagger, which predict and are scored the same afterwards") {
  const Experiment e;
  const Outcome run = e.run();
  INFO(run.err);
  REQUIRE(run.code == 0);
  const auto scores = lines(file_text(e.folder.path() / "run/scores.jsonl"));
  const Outcome again = mtt_program({"evaluate", "--model", e.path("run"), "--json"});
  INFO(again.err);
  REQUIRE(again.code == 0);
  const auto evaluated = lines(again.out);
  REQUIRE(evaluated.size() == scores.size());
  for (std::size_t i = 0; i < scores.size(); ++i)
    CHECK(evaluated[i].at("metrics").json() == scores[i].at("metrics").json());

  const Outcome predicted =
      mtt_program({"predict", "--model", e.path("run"), "--field", "text", "--input", e.path("pairs.jsonl")});
  INFO(predicted.err);
  REQUIRE(predicted.code == 0);
  const auto rows = lines(predicted.out);
  REQUIRE(rows.size() == 4);
  CHECK(rows[0].at("related").find("label"));
  CHECK(rows[2].at("text_pair").string().empty());
  const auto reversed = [&] {
    std::vector<std::string> all;
    std::istringstream stream(kPairs);
    for (std::string line; std::getline(stream, line);) all.push_back(line);
    std::string text;
    for (auto line = all.rbegin(); line != all.rend(); ++line) text += *line + "\n";
    return text;
  }();
  e.folder.write("reversed.jsonl", reversed);
  const Outcome other = mtt_program(
      {"predict", "--model", e.path("run"), "--field", "text", "--input", e.path("reversed.jsonl")});
  const auto turned = lines(other.out);
  REQUIRE(turned.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(turned[3 - i].at("things").json() == rows[i].at("things").json());
    CHECK(turned[3 - i].at("related").at("label").json() == rows[i].at("related").at("label").json());
  }
  const Outcome alone = mtt_program({"predict", "--model", e.path("run"), "--input", "-"}, "play music\n");
  CHECK(alone.code != 0);
  CHECK_THAT(alone.err, Contains("text_pair"));
}

TEST_CASE("the second text changes what a joint task predicts") {
  const Experiment e;
  REQUIRE(e.run().code == 0);
  e.folder.write("two.jsonl", R"({"text": "play music", "text_pair": "loud rain"}
{"text": "play music", "text_pair": "wake me up at six"}
)");
  const Outcome predicted = mtt_program({"predict", "--model", e.path("run"), "--field", "text", "--top",
                                         "all", "--input", e.path("two.jsonl")});
  const auto rows = lines(predicted.out);
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].at("related").json() != rows[1].at("related").json());
}

TEST_CASE("what a joint task cannot read is refused with its place") {
  const auto refused = [](const std::string& config, const std::string& pairs,
                          const std::vector<std::string>& parts) {
    const Experiment e(config, pairs);
    for (const std::vector<std::string>& more : {std::vector<std::string>{}, {"--check"}}) {
      const Outcome run = e.run(more);
      INFO(run.err);
      CHECK(run.code == 1);
      for (const std::string& part : parts) CHECK_THAT(run.err, Contains(part));
    }
  };
  refused(kConfig, replaced(kPairs, R"("text_pair": "up at six now", )", ""),
          {"pairs.jsonl:2:1", "text_pair"});
  refused(replaced(kConfig, "head = \"classification\"", "head = \"pair_classification\""), kPairs,
          {"e.toml:", "pair = \"joint\"", "pair_classification"});
  refused(replaced(kConfig, "model = \"./model\"", "model = \"./model\"\nprompt = \"ask: \""), kPairs,
          {"e.toml:", "prompt"});
  refused(replaced(kConfig, "pair = \"joint\"\n\n[tasks.things]", "\n[tasks.things]"), kPairs,
          {"related", "things"});
  refused(kConfig, replaced(kPairs, R"("start": 5, "end": 10)", R"("start": 5, "end": 100)"),
          {"pairs.jsonl:1", "ends beyond the text of 10 characters"});
  refused(replaced(kConfig, "token_classification\"\npair = \"joint\"",
                   "token_classification\"\ntrain = \"other.jsonl\""),
          kPairs, {"other.jsonl"});
}

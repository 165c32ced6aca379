// Pages about runs.
#include <cstdlib>
#include <filesystem>

#include "catch.h"
#include "program.h"
#include "temporary_folder.h"
#include "tiny_model.h"

namespace fs = std::filesystem;

TEST_CASE("a report is one page that opens offline, in which text is no markup") {
  const TemporaryFolder folder;
  write_tiny_model(folder.path() / "model");
  const std::string evil = "<script>x</script>";
  folder.write("train.jsonl", R"({"text": "wake me )" + evil +
                                  R"(", "kind": "<b>", "words": [{"start": 0, "end": 4, "label": "<i>"}]}
{"text": "play rain", "kind": "b", "words": []}
{"text": "loud music", "kind": "b", "words": [{"start": 0, "end": 4, "label": "<i>"}]}
{"text": "up at six", "kind": "<b>", "words": []}
)");
  folder.write("e.toml", R"([backbone]
model = "./model"
[data]
train = "train.jsonl"
dev = "train.jsonl"
test = "train.jsonl"
[tasks.kind]
head = "classification"
init = "none"
[tasks.words]
head = "token_classification"
init = "none"
[train]
epochs = 3
batch_size = 2
statistics_every = 1
)");
  const auto path = [&](const std::string& name) { return (folder.path() / name).string(); };
  for (const char* seed : {"1", "2"})
    REQUIRE(mtt_program({"run", path("e.toml"), "--out", path("run<" + std::string(seed) + ">"), "--threads",
                         "1", "--set", std::string("run.seed=") + seed})
                .code == 0);
  const Outcome outcome =
      mtt_program({"report", path("run<1>"), path("run<2>"), "--output", path("r.html"), "--threads", "1"});
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  const std::string page = file_text(folder.path() / "r.html");
  for (const char* part :
       {"Comparison", "kind: training loss", "kind: scores on the validation set", "Weight of each task",
        "Cosines between the tasks", "kind: confusion matrix", "Map of the sentence vectors",
        "words: ", "&lt;script&gt;", "run&lt;1&gt;", "&lt;b&gt;"}) {
    INFO(part);
    CHECK(page.find(part) != std::string::npos);
  }
  CHECK(page.find("<script") == page.rfind("<script"));  // its own
  for (const char* loads : {"src=", "href=", "@import", "url("}) CHECK(page.find(loads) == std::string::npos);

  fs::rename(folder.path() / "model", folder.path() / "gone");
  REQUIRE(mtt_program({"report", path("run<1>"), "--output", path("r.html")}).code == 0);
  CHECK_THAT(file_text(folder.path() / "r.html"),
             Contains("cannot be shown") && Contains("kind: training loss"));
  CHECK(mtt_program({"report", path("gone"), "--output", path("r.html")}).code == 1);
  CHECK(mtt_program({"report", path("run<1>"), "--output", path("r.txt")}).code != 0);
}

namespace {

/// A trained run with a validation set that is a share of its training file.
class TrainedRun {
 public:
  TrainedRun() {
    write_tiny_model(folder.path() / "model");
    std::string lines;
    for (const char* text : {"wake me", "wake me up", "up at six", "me up now", "wake now"})
      lines += std::string("{\"text\": \"") + text + "\", \"kind\": \"alarm\"}\n";
    for (const char* text : {"play music", "some music", "play rain", "loud rain", "music now"})
      lines += std::string("{\"text\": \"") + text + "\", \"kind\": \"play_50%\"}\n";
    folder.write("data/train.jsonl", lines);
    folder.write("data/test.jsonl", lines);
    const std::string config = folder
                                   .write("named.toml", R"(name = "My & run"
[backbone]
model = "./model"
[data]
train = "data/train.jsonl"
dev_share = 0.2
test = "data/test.jsonl"
[tasks.kind]
head = "classification"
init = "none"
[train]
epochs = 3
batch_size = 4
)")
                                   .string();
    const Outcome outcome = mtt_program({"run", config, "--out", path("run"), "--threads", "1"});
    INFO(outcome.err);
    REQUIRE(outcome.code == 0);
  }
  std::string path(const std::string& name) const { return (folder.path() / name).string(); }
  std::string report(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = {"report",       path("run"), "--output",
                                          path("r.html"), "--threads", "1"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Outcome outcome = mtt_program(arguments);
    INFO(outcome.err);
    REQUIRE(outcome.code == 0);
    return file_text(folder.path() / "r.html");
  }

  TemporaryFolder folder;
};

}  // namespace

TEST_CASE("a report says when, where and on which data a run was made; one of an older run leaves it out") {
  const TrainedRun run;
  const std::string page = run.report();
  for (const char* part :
       {"<h1>My &amp; run</h1>", "<dt>finished</dt><dd>20", " UTC</dd>", "<dt>duration</dt>", "1 thread</dd>",
        "<dt>software</dt><dd>mtt ", ", LibTorch ",
        "<td>training set</td><td>data/train.jsonl (all but 0.2)</td>",
        "<td>validation set</td><td>data/train.jsonl (0.2 of it)</td><td>kind</td><td "
        "class=\"number\">2</td>",
        "<td>test set</td><td>data/test.jsonl</td><td>kind</td><td class=\"number\">10</td>",
        "Scores on the test set", "<dt>weights kept</dt><dd>step ", ">weights kept: step "}) {
    INFO(part);
    CHECK(page.find(part) != std::string::npos);
  }
  const fs::path directory = run.folder.path() / "run";
  const std::string cost = file_text(directory / "cost.json");
  REQUIRE(cost.find(",\"best\":{") != std::string::npos);
  fs::remove(directory / "environment.json");
  run.folder.write("run/cost.json", cost.substr(0, cost.find(",\"best\":{")) + "}\n");
  const std::string older = run.report();
  CHECK_THAT(older, Contains("<h1>My &amp; run</h1>") && Contains("kind: training loss") &&
                        Contains("Scores on the test set"));
  CHECK_THAT(older, !Contains("<dt>finished</dt>") && !Contains("<dt>software</dt>") &&
                        !Contains("validation set</td>") && !Contains(">weights kept"));
}

TEST_CASE("the tables of a report are written as CSV and LaTeX") {
  const TrainedRun run;
  const std::string page = run.report({"--tables", run.path("tables")});
  const fs::path tables = run.folder.path() / "tables";
  for (const char* name : {"data", "scores", "labels-kind", "confusion_matrix-kind"})
    for (const char* ending : {".csv", ".tex"}) {
      INFO(name << ending);
      CHECK(fs::exists(tables / (std::string(name) + ending)));
    }
  CHECK_THAT(file_text(tables / "labels-kind.tex"), Contains("\\toprule") && Contains("play\\_50\\% & "));
  const std::string scores = file_text(tables / "scores.csv");
  const std::size_t begin = scores.find("kind.accuracy,") + 14;
  const std::string accuracy = scores.substr(begin, scores.find_first_of(",\n", begin) - begin);
  CHECK_THAT(page, Contains("<td>kind.accuracy</td><td class=\"number\">" + accuracy + "</td>"));
}

TEST_CASE("the policy of a page allows the page's own script") {
  const TrainedRun run;
  run.report();
  const std::string check =
      "import base64,hashlib,re,sys; page=open(sys.argv[1], encoding='utf-8').read(); "
      "script=re.search('<script>(.*)</script>', page, re.S).group(1).encode(); "
      "digest=base64.b64encode(hashlib.sha256(script).digest()).decode(); "
      "sys.exit('sha256-' + digest not in page)";
  CHECK(std::system(("python3 -c \"" + check + "\" '" + run.path("r.html") + "'").c_str()) == 0);
}

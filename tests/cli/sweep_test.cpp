#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "catch.h"
#include "sweep_folder.h"
#include "value/json.h"

namespace fs = std::filesystem;

TEST_CASE("a sweep runs everything, keeps its tables, and has nothing to do a second time") {
  const SweepFolder folder;
  const Outcome first = folder.sweep("s");
  INFO(first.out << first.err);
  REQUIRE(first.code == 0);
  CHECK_THAT(first.out, Contains("8 runs, 0 of them already complete") &&
                            Contains("[8/8] probe, train_examples=8, seed 2"));
  CHECK_THAT(first.out, Contains("intent (test).accuracy") && Contains("intent (other).accuracy"));
  const auto rows = folder.rows("s");
  REQUIRE(rows.size() == 8);
  for (const auto& row : rows) {
    CHECK(row.error.empty());
    CHECK(row.steps == 4);
    CHECK(row.peak_memory_mb > 1);
    CHECK(row.learning_parameters == (row.arm == "probe" ? 18 : rows.front().learning_parameters));
  }
  CHECK(rows.front().learning_parameters > 18);
  for (const char* file :
       {"table.md", "summary.csv", "console.txt", "intent__test_.accuracy.svg", "sweep.json"})
    CHECK(fs::exists(folder.path() / "s" / file));
  CHECK_FALSE(fs::exists(folder.path() / "s/cache"));
  CHECK_FALSE(fs::exists(folder.path() / "s/runs/all,train_examples=8,seed=2/heads"));
  const std::string table = file_text(folder.path() / "s/table.md");
  const Outcome again = folder.sweep("s");
  CHECK(again.code == 0);
  CHECK_THAT(again.out, Contains("8 runs, 8 of them already complete") && !Contains("[8/8]"));
  CHECK(file_text(folder.path() / "s/table.md") == table);

  // A third seed adds its runs alone.
  const Outcome more = folder.sweep("s", {"--set", "sweep.seeds=3"});
  CHECK_THAT(more.out, Contains("12 runs, 8 of them already complete"));
  CHECK(folder.rows("s").size() == 12);

  const Outcome timed = folder.sweep("s", {"--set", "sweep.seeds=3", "--set", "sweep.times=elsewhere"});
  CHECK(timed.code == 0);
  CHECK_THAT(timed.err, Contains("elsewhere/runs.jsonl, so the table has no times"));
}

TEST_CASE("a check of a sweep finds files that are not there") {
  const SweepFolder folder;
  CHECK(folder.sweep("s", {"--check"}).code == 0);
  const Outcome gone = folder.sweep("s", {"--check", "--set", "sweep.arms.all.data.train=gone.jsonl"});
  CHECK(gone.code == 1);
  CHECK_THAT(gone.err, Contains("gone.jsonl' does not exist"));
  CHECK_FALSE(fs::exists(folder.path() / "s"));
}

TEST_CASE("runs on other examples than those of the rows are refused") {
  const SweepFolder folder;
  const std::vector<std::string> one = {"--set", "sweep.seeds=1", "--set", "sweep.grid={}"};
  REQUIRE(folder.sweep("s", one).code == 0);
  const std::string rows = file_text(folder.path() / "s/runs.jsonl");
  folder.write("other.jsonl", sweep_lines({"wake"}, {"music", "loud rain"}));
  CHECK(folder.sweep("s", one).code == 0);  // nothing is left to run, and nothing is mixed
  const Outcome more = folder.sweep("s", {"--set", "sweep.seeds=2", "--set", "sweep.grid={}"});
  CHECK(more.code == 1);
  CHECK_THAT(more.err,
             Contains("the examples or the model that 'all, seed 1' read have changed") && Contains("--out"));
  CHECK(file_text(folder.path() / "s/runs.jsonl") == rows);
}

TEST_CASE("a run of a sweep is the run that mtt run makes, alone or beside others") {
  const SweepFolder folder;
  REQUIRE(folder.sweep("one").code == 0);
  REQUIRE(folder.sweep("two", {"--jobs", "2", "--keep-weights"}).code == 0);
  const auto one = folder.rows("one"), two = folder.rows("two");
  REQUIRE(one.size() == two.size());
  for (std::size_t i = 0; i < one.size(); ++i) {
    CHECK(one[i].scores == two[i].scores);
    CHECK(one[i].key == two[i].key);
    CHECK(two[i].jobs == 2);
  }
  CHECK_THAT(file_text(folder.path() / "two/table.md"), Contains("~"));
  CHECK_THAT(file_text(folder.path() / "one/table.md"), !Contains("~"));
  const Outcome alone =
      mtt_program({"run", folder.config(), "--out", folder.out("alone"), "--threads", "1", "--set",
                   "run.seed=2", "--set", "data.train_examples=6", "--set", "freeze.policy=backbone"});
  REQUIRE(alone.code == 0);
  const std::string kept = "two/runs/probe,train_examples=6,seed=2/";
  CHECK(file_text(folder.path() / "alone/heads/intent/model.safetensors") ==
        file_text(folder.path() / (kept + "heads/intent/model.safetensors")));
  CHECK_THAT(file_text(folder.path() / "alone/cost.json"), Contains("\"learning_parameters\":18"));
}

TEST_CASE("runs with the same frozen layers share their activations") {
  const SweepFolder folder;
  REQUIRE(folder.sweep("s", {"--set", "data.train_examples=0", "--set", "sweep.grid={train={epochs=[2, 3]}}"})
              .code == 0);
  int made = 0, found = 0;
  for (const char* run : {"probe,epochs=2,seed=1", "probe,epochs=3,seed=1", "probe,epochs=2,seed=2"}) {
    const std::string log = file_text(folder.path() / "s/runs" / (std::string(run) + ".log"));
    CHECK_THAT(log, Contains("cache  12 of 12 texts"));
    (log.find("found on disk") == std::string::npos ? made : found) += 1;
  }
  CHECK(made == 1);
  CHECK(found == 2);
}

TEST_CASE("one run that fails neither stops nor hides the others, and is tried again") {
  const SweepFolder folder;
  const std::string late =
      "sweep.arms={all={}, late={data={train=\"" + (folder.path() / "late.jsonl").string() + "\"}}}";
  folder.write("late.jsonl", "no JSON\n");
  const Outcome broken = folder.sweep("s", {"--set", late});
  CHECK(broken.code == 1);
  CHECK_THAT(broken.err, Contains("4 of 8 runs failed"));
  CHECK_THAT(broken.out, Contains("failed: late, train_examples=6, seed 1: ") && Contains("late.jsonl:1:"));
  CHECK_THAT(file_text(folder.path() / "s/table.md"), Contains("| all |"));
  folder.write("late.jsonl", file_text(folder.path() / "train.jsonl"));
  const Outcome mended = folder.sweep("s", {"--set", late});
  INFO(mended.out << mended.err);
  CHECK(mended.code == 0);
  CHECK_THAT(mended.out, Contains("8 runs, 4 of them already complete"));
  CHECK_THAT(file_text(folder.path() / "s/table.md"), Contains("| late |") && !Contains("failed"));
}

TEST_CASE("a sweep that is stopped goes on") {
  const SweepFolder folder;
  const std::string steps = "train.steps_per_epoch=400";
  const auto arguments = [&](const std::string& name) {
    return std::vector<std::string>{"sweep", folder.config(), "--out", folder.out(name), "--threads",
                                    "1",     "--set",         steps};
  };
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGKILL}) {
    const std::string name = "s" + std::to_string(signal);
    {
      RunningProgram program(arguments(name), folder.path() / "o", folder.path() / "e");
      while (folder.rows(name).size() < 2 && !program.ended())
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
      program.send(signal);
      CHECK(program.wait() == 128 + signal);
      if (signal != SIGKILL)
        CHECK_THAT(file_text(folder.path() / "o"), Contains("stopped; the same command resumes the sweep"));
    }
    const auto before = folder.rows(name);
    CHECK(before.size() >= 2);
    CHECK(before.size() < 8);
    folder.write(name + "/.mtt-tmp-1-0", "half");
    const Outcome rest = mtt_program(arguments(name));
    CHECK_FALSE(fs::exists(folder.path() / name / ".mtt-tmp-1-0"));
    INFO(rest.out << rest.err);
    REQUIRE(rest.code == 0);
    CHECK_THAT(rest.out, Contains("8 runs, " + std::to_string(before.size()) + " of them already complete"));
  }
  const auto interrupted = folder.rows("s2"), killed = folder.rows("s9");
  REQUIRE(interrupted.size() == 8);
  REQUIRE(killed.size() == 8);
  for (std::size_t i = 0; i < interrupted.size(); ++i) CHECK(interrupted[i].scores == killed[i].scores);
}

TEST_CASE("what a sweep would overwrite or mix is refused") {
  const SweepFolder folder;
  folder.write("full/notes.txt", "mine");
  const Outcome other = folder.sweep("full");
  CHECK(other.code == 1);
  CHECK_THAT(other.err, Contains("contains files that do not belong to a sweep"));
  REQUIRE(folder.sweep("s", {"--set", "sweep.seeds=1"}).code == 0);
  const Outcome changed = folder.sweep("s", {"--set", "train.epochs=3"});
  CHECK(changed.code == 1);
  CHECK_THAT(changed.err, Contains("holds a run of another configuration (all, train_examples=6, seed 1)"));
  const Outcome none = mtt_program({"sweep", folder.config(), "--check"});
  CHECK_THAT(none.out, Contains("8 runs; the baseline is 'all'") && Contains("    data.train_examples=8\n"));
  const Outcome both = folder.sweep("both", {"--set", "sweep.arms={all={}, few={data={train_examples=7}}}"});
  CHECK(both.code == 1);
  CHECK_THAT(both.err, Contains("the arm 'few' sets 'data.train_examples', which the grid varies"));
  const Outcome blind = folder.sweep("blind", {"--set", "data.test=[]"});
  CHECK(blind.code == 1);
  CHECK_THAT(blind.err, Contains("no task of the arm 'all' has a test file"));
  const Outcome misspelt =
      folder.sweep("s", {"--set", "sweep.seeds=1", "--set", "sweep.metrics=[\"intent (test).acuracy\"]"});
  CHECK(misspelt.code == 1);
  CHECK_THAT(misspelt.err, Contains("no run has the score 'intent (test).acuracy'") &&
                               Contains("'intent (test).accuracy'"));
  const Outcome jobs = folder.sweep("s", {"--jobs", "0"});
  CHECK(jobs.code == 2);
}

TEST_CASE("a report draws a sweep") {
  const SweepFolder folder;
  REQUIRE(folder.sweep("s").code == 0);
  const std::string page = folder.out("page.html");
  const Outcome outcome = mtt_program({"report", folder.out("s"), "--output", page});
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  const std::string html = file_text(page);
  CHECK_THAT(html,
             Contains("<h3>train_examples=6</h3>") && Contains("<td>probe</td>") && Contains("<svg xmlns"));
  CHECK(!folder.rows("s")[0].machine.empty());
  CHECK_THAT(html, Contains("<dt>machine</dt>") && Contains("Times are those of "));
  for (const char* figure : {"difference from all", "training time in minutes"})
    CHECK_THAT(html, Contains(figure));
  CHECK_THAT(html, Contains("Student") && !Contains("Failed runs"));
  folder.write(
      "s/runs.jsonl",
      file_text(folder.path() / "s/runs.jsonl") +
          "{\"arm\": \"all\", \"point\": \"train_examples=6\", \"seed\": 1, \"key\": \"\", \"error\": "
          "\"<b>it broke\", \"scores\": {}, \"seconds\": null, \"wall_seconds\": 1.0, \"peak_memory_mb\": "
          "1.0, \"learning_parameters\": 1, \"steps\": 1, \"jobs\": 1, \"threads\": 1}\n");
  REQUIRE(mtt_program({"report", folder.out("s"), "--output", page}).code == 0);
  CHECK_THAT(file_text(page), Contains("Failed runs") && Contains("&lt;b&gt;it broke"));
}

TEST_CASE("test files of the same name are told apart by their folders, and none is listed twice") {
  const SweepFolder folder;
  folder.write("a/test.jsonl", file_text(folder.path() / "test.jsonl"));
  const auto files = [&](const std::string& one, const std::string& two) {
    return "data.test=[\"" + (folder.path() / one).string() + "\", \"" + (folder.path() / two).string() +
           "\"]";
  };
  const Outcome run = mtt_program({"sweep", folder.config(), "--out", folder.out("s"), "--set",
                                   "sweep.seeds=1", "--set", files("test.jsonl", "a/test.jsonl")});
  INFO(run.err);
  REQUIRE(run.code == 0);
  CHECK_THAT(run.out, Contains("intent (a/test).accuracy"));
  const Outcome twice =
      mtt_program({"run", folder.config(), "--check", "--set", files("test.jsonl", "./test.jsonl")});
  CHECK(twice.code == 1);
  CHECK_THAT(twice.err, Contains("test.jsonl' is listed twice"));
}

TEST_CASE("a file that is changed while its sweep runs ends it") {
  const SweepFolder folder;
  RunningProgram program({"sweep", folder.config(), "--out", folder.out("s"), "--threads", "1", "--set",
                          "train.steps_per_epoch=300"},
                         folder.path() / "o", folder.path() / "e");
  while (folder.rows("s").empty() && !program.ended())
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  folder.write("sweep.toml", std::string(kSweepConfig) + "# changed\n");
  CHECK(program.wait() == 1);
  CHECK_THAT(file_text(folder.path() / "e"), Contains("was changed while its sweep ran"));
  CHECK(folder.rows("s").size() < 8);
}

TEST_CASE("train_examples beyond the file is refused at its place") {
  const SweepFolder folder;
  const Outcome outcome = mtt_program({"run", folder.config(), "--check", "--set", "data.train_examples=13"});
  CHECK(outcome.code == 1);
  CHECK_THAT(outcome.err,
             Contains("--set data.train_examples=13: train_examples is 13") && Contains("has 12 examples"));
}

TEST_CASE("a sweep keeps the values that tuning runs chose, and a report shows them") {
  const SweepFolder folder;
  const std::string file = folder
                               .write("tuned.toml", R"([backbone]
model = "./model"
[data]
train = "train.jsonl"
test = "test.jsonl"
[tasks.intent]
head = "classification"
init = "none"
[train]
epochs = 2
batch_size = 4
[sweep]
seeds = 1
[sweep.tuning]
set = { data.test = "other.jsonl" }
[sweep.arms]
all = {}
tuned = { freeze.policy = "backbone", tune = { train.learning_rate = [1e-8, 1e-2] } }
)")
                               .string();
  const std::vector<std::string> command = {"sweep", file, "--out", folder.out("t"), "--threads", "1"};
  const Outcome sweep = mtt_program(command);
  INFO(sweep.err);
  REQUIRE(sweep.code == 0);
  const std::string rows = file_text(folder.path() / "t/runs.jsonl");
  CHECK_THAT(rows, Contains(R"("tuned":"learning_rate=)"));
  REQUIRE(mtt_program(command).code == 0);
  CHECK(file_text(folder.path() / "t/runs.jsonl") == rows);
  const Outcome report = mtt_program(
      {"report", folder.out("t"), "--output", folder.out("t.html"), "--tables", folder.out("tables")});
  INFO(report.err);
  REQUIRE(report.code == 0);
  CHECK_THAT(file_text(folder.path() / "t.html"), Contains("Tuning runs") && Contains("<h1>Sweep t</h1>"));
  const std::string tuning = file_text(folder.path() / "tables/tuning.csv");
  CHECK_THAT(tuning, Contains("arm,point,value,intent.accuracy,chosen\ntuned,-,") && Contains(",yes\n"));
  CHECK(tuning.find(",yes\n") == tuning.rfind(",yes\n"));
}

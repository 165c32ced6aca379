#include "experiment/experiment.h"

#include "catch.h"
#include "experiment/config_reference.h"
#include "experiment/resolved_config.h"
#include "mtt/error.h"
#include "temporary_folder.h"

namespace fs = std::filesystem;
using mtt::Experiment;

namespace {

Experiment read(const TemporaryFolder& folder, const std::string& toml,
                const std::vector<mtt::Override>& overrides = {}) {
  return Experiment::read(folder.write("e.toml", toml), overrides);
}

}  // namespace

TEST_CASE("an experiment's paths are relative to its file, also with odd names") {
  const TemporaryFolder folder;
  const auto file =
      folder.write("a b/ü\n.toml", "[backbone]\nmodel = './m'\n[data]\ntrain = 'x/../t.jsonl'\n");
  const Experiment e = Experiment::read(file, {});
  CHECK(e.backbone.string("model") == (folder.path() / "a b/m").string());
  CHECK(e.data.string("train") == (folder.path() / "a b/t.jsonl").string());
  CHECK(read(folder, "[backbone]\nmodel = 'name'\n").backbone.string("model") == "name");
}

TEST_CASE("a path of --set is relative to the working directory, others to the file") {
  const TemporaryFolder folder;
  const std::string text = "[backbone]\nmodel = 'm'\n[data]\ntrain = 't.jsonl'\n[tasks.a]\nhead = 'h'\n";
  const std::string here = std::filesystem::current_path().string();
  const auto given = [&](const std::string& assignment) {
    return mtt::Override{assignment, "--set " + assignment};
  };
  const Experiment e = read(folder, text,
                            {given("data.test=['x.jsonl','/y.jsonl']"),
                             given("tasks.a.dev=d/d.jsonl"),
                             given("backbone.model=./model"),
                             {"run.init_from=old", "e.toml:9:1"}});
  CHECK(e.data.string("train") == (folder.path() / "t.jsonl").string());
  CHECK(e.data.strings("test") == std::vector<std::string>{here + "/x.jsonl", "/y.jsonl"});
  CHECK(e.tasks[0].options.string("dev") == here + "/d/d.jsonl");
  CHECK(e.backbone.string("model") == here + "/model");
  CHECK(e.run.string("init_from") == (folder.path() / "old").string());
  const fs::path file = folder.path() / "e.toml";
  CHECK(mtt::for_command_line({"data.train=x.jsonl", "e.toml:9:1"}, file).assignment ==
        "data.train=\"" + (folder.path() / "x.jsonl").string() + "\"");
  CHECK(mtt::for_command_line({"train.learning_rate=1e-4", "e.toml:9:1"}, file).assignment ==
        "train.learning_rate=1e-04");
}

TEST_CASE("a directory that looks like the name of a model is noticed") {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder.path() / "my-model-of-no-cache");
  CHECK_THROWS_WITH(read(folder, "[backbone]\nmodel = 'my-model-of-no-cache'\n"),
                    Contains("e.toml:2:1") && Contains("write \"./my-model-of-no-cache\""));
}

TEST_CASE("MTT_DATA is known in paths, and missed with a sentence") {
  const TemporaryFolder folder;
  const std::string text = "[backbone]\nmodel = 'm'\n[data]\ntrain = '${MTT_DATA}/t.jsonl'\n";
  ::setenv("MTT_DATA", "/somewhere", 1);
  CHECK(read(folder, text).data.string("train") == "/somewhere/t.jsonl");
  ::unsetenv("MTT_DATA");
  CHECK_THROWS_WITH(read(folder, text), Contains("e.toml:4:1") && Contains("MTT_DATA is not set"));
}

TEST_CASE("wrong experiments say where") {
  const TemporaryFolder folder;
  const std::string head = "[backbone]\nmodel = 'm'\n";
  CHECK_THROWS_WITH(read(folder, ""), Contains("there is no [backbone]"));
  CHECK_THROWS_WITH(read(folder, "[backbone]\n"), Contains("'model' is missing in [backbone]"));
  CHECK_THROWS_WITH(read(folder, head + "[rum]\n"), Contains("e.toml:3:") && Contains("did you mean 'run'"));
  CHECK_THROWS_WITH(read(folder, head + "pooing = 'cls'\n"),
                    Contains("e.toml:3:1") && Contains("did you mean 'pooling'"));
  CHECK_THROWS_WITH(read(folder, head + "[tasks.'A b']\nhead = 'x'\n"),
                    Contains("not a valid name for a task"));
  CHECK(read(folder, head + "[tasks.NER-1]\nhead = 'x'\n").tasks[0].name == "NER-1");
  CHECK_THROWS_WITH(read(folder, head + "[model]\nname = 'm'\n"),
                    Contains("e.toml:3:") && Contains("write [backbone]"));
  CHECK_THROWS_WITH(read(folder, head + "batch_size = 3\n[train]\n"),
                    Contains("in [backbone]; it belongs in [train]"));
  CHECK_THROWS_WITH(read(folder, head + "[freeze]\npolicy = 'linear_probe'\n[train]\n"),
                    Contains("did you mean 'backbone'?"));
  CHECK_THROWS_WITH(read(folder, head + "[tasks]\nx = 1\n"), Contains("expected a table [tasks.x]"));
  CHECK_THROWS_WITH(read(folder, head + "[run]\nthreads = -1\n"), Contains("expected 0 to 1024"));
  CHECK_THROWS_WITH(Experiment::read(folder.path() / "none.toml", {}), Contains("does not exist"));
  CHECK_THROWS_WITH(Experiment::read(folder.path(), {}), Contains("is a directory"));
}

TEST_CASE("a head's own keys are told from the framework's") {
  const TemporaryFolder folder;
  const Experiment e =
      read(folder, "[backbone]\nmodel = 'm'\n[tasks.t]\nhead = 'h'\nlayer = 2\nlabels = ['a']\nlayr = 1\n");
  REQUIRE(e.tasks.size() == 1);
  const auto labels = mtt::OptionList().strings("labels", std::vector<std::string>{}, "");
  CHECK_THROWS_WITH(mtt::read_head_options(e.tasks[0], labels),
                    Contains("e.toml:7:1") && Contains("did you mean 'layer'"));
  const auto both = mtt::OptionList(labels).integer("layr", 0, {}, {}, "");
  CHECK(mtt::read_head_options(e.tasks[0], both).integer("layr") == 1);
}

TEST_CASE("every value has an origin, and the resolved file reads back") {
  const TemporaryFolder folder;
  const Experiment e = read(folder, "[backbone]\nmodel = 'm'\n",
                            {{"run.threads=3", "MTT_THREADS"}, {"run.seed=9", "--set run.seed=9"}});
  const auto resolved = mtt::resolved_config(e, mtt::Value(mtt::Value::Table{}), {}, {});
  const std::string text = mtt::config_with_origins(e, resolved);
  CHECK_THAT(text, Contains("run.threads = 3") && Contains("# MTT_THREADS"));
  CHECK_THAT(text, Contains("# --set run.seed=9") && Contains("# default") && Contains("e.toml:2:1"));
}

TEST_CASE("the reference names every declared key") {
  const std::string text = mtt::config_reference();
  CHECK_THAT(text, Catch::Matchers::StartsWith("# Keys of an experiment file\n"));
  for (const auto& section : mtt::experiment_sections())
    for (const auto& option : section.options.all()) CHECK_THAT(text, Contains("| `" + option.name + "` |"));
}

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "catch.h"
#include "npy.h"
#include "program.h"
#include "run/run_lock.h"
#include "temporary_folder.h"
#include "tiny_model.h"
#include "value/json.h"

namespace fs = std::filesystem;

namespace {

const char kConfig[] = R"([backbone]
model = "./model"

[data]
train = "train.jsonl"
test = "test.jsonl"

[tasks.intent]
head = "classification"
init = "ridge"

[tasks.slots]
head = "token_classification"
init = "class_means"
layer = 1

[tasks.loudness]
head = "regression"
init = "ridge"

[tasks.guess]
head = "classification"
init = "none"
labels = ["yes", "no"]
train = "guess.jsonl"

[show]
sentences = ["play rain", "wake me at six"]
)";

const char kTrain[] =
    R"({"text": "play some music", "intent": "play", "loudness": 0.5, "slots": [{"start": 10, "end": 15, "label": "what"}]}
{"text": "play music louder", "intent": "play", "loudness": 1.0, "slots": [{"start": 5, "end": 10, "label": "what"}]}
{"text": "wake me up", "intent": "alarm", "loudness": 0.1, "slots": []}
{"text": "wake me at six", "intent": "alarm", "slots": [{"start": 11, "end": 14, "label": "when"}]}
{"text": "me up at six now"}
)";

struct Experiment {
  TemporaryFolder folder;
  std::string config = (folder.path() / "e.toml").string();
  std::string out = (folder.path() / "out").string();

  Experiment() {
    write_tiny_model(folder.path() / "model");
    folder.write("e.toml", kConfig);
    folder.write("train.jsonl", kTrain);
    folder.write("test.jsonl", kTrain);
    folder.write("guess.jsonl", "{\"text\": \"up\", \"guess\": \"yes\"}\n");
  }
  Outcome run(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = {"run", config, "--out", out};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return mtt_program(arguments);
  }
  fs::path in(const std::string& name) const { return fs::path(out) / name; }
};

}  // namespace

TEST_CASE("a run keeps everything that it prints, and can be used again") {
  const Experiment e;
  const Outcome run = e.run();
  INFO(run.err);
  REQUIRE(run.code == 0);
  for (const char* part :
       {"Embeddings (2 x 8", "Cosine similarities", "Predictions", "Scores on held-out", "(untrained)"})
    CHECK_THAT(run.out, Contains(part));
  CHECK_THAT(run.err, Contains("\"wake me at six\" is also among the examples"));
  const std::string kept_console = file_text(e.in("console.txt"));
  CHECK(kept_console.size() == run.err.size() + run.out.size());
  CHECK_THAT(kept_console, Contains(run.err.substr(run.err.find("mtt: warning: the shown"))) &&
                               Contains(run.out.substr(run.out.find("\nEmbeddings"))));
  CHECK(npy_values(e.in("embeddings.npy"), {2, 8}).size() == 16);
  CHECK_THAT(file_text(e.in("similarity.svg")), Contains("<svg"));
  CHECK_THAT(file_text(e.in("config.toml")), Contains("tokens_per_forward = 512"));

  const std::string kept = file_text(e.in("predictions.jsonl"));
  const Outcome predicted = mtt_program({"predict", "--model", e.out}, "play rain\nwake me at six\n");
  CHECK(predicted.code == 0);
  CHECK(predicted.out == kept);
  const auto line = mtt::parse_json(kept.substr(0, kept.find('\n')), "p");
  CHECK(line.at("guess").at("untrained").boolean());
  CHECK_FALSE(line.at("intent").find("untrained"));

  const Outcome scored = mtt_program({"evaluate", "--model", e.out, "--json"});
  CHECK(scored.code == 0);
  CHECK(scored.out == file_text(e.in("scores.jsonl")));
  CHECK(mtt_program({"encode", "--model", e.out}, "rain\n").out ==
        mtt_program({"encode", "--model", (e.folder.path() / "model").string()}, "rain\n").out);
  CHECK(mtt_program({"tokenize", "--model", e.out}, "rain\n").code == 0);
}

TEST_CASE("a run is repeated in its place bit for bit, and takes no other directory") {
  const Experiment e;
  REQUIRE(e.run({"--threads", "1"}).code == 0);
  const std::string heads = file_text(e.in("heads/slots/model.safetensors"));
  const std::string guess = file_text(e.in("heads/guess/model.safetensors"));
  const std::string vectors = file_text(e.in("embeddings.npy"));
  REQUIRE(e.run({"--threads", "1"}).code == 0);
  CHECK(file_text(e.in("heads/slots/model.safetensors")) == heads);
  CHECK(file_text(e.in("heads/guess/model.safetensors")) == guess);
  CHECK(file_text(e.in("embeddings.npy")) == vectors);
  REQUIRE(e.run({"--set", "run.seed=2"}).code == 0);
  CHECK(file_text(e.in("heads/guess/model.safetensors")) != guess);

  const Outcome refused = mtt_program({"run", e.config, "--out", e.folder.path().string()});
  CHECK(refused.code == 1);
  CHECK_THAT(refused.err, Contains("contains files that do not belong to a run"));
}

TEST_CASE("a directory takes one run at a time, and is free when the process that held it has died") {
  const Experiment e;
  REQUIRE(e.run().code == 0);
  const std::string console = file_text(e.in("console.txt"));
  int ready[2];
  REQUIRE(::pipe(ready) == 0);
  const pid_t other = ::fork();
  if (other == 0) {
    const mtt::RunLock lock(e.out);
    const char done = 1;
    if (::write(ready[1], &done, 1) == 1) ::pause();
    ::_exit(1);
  }
  char held = 0;
  REQUIRE(::read(ready[0], &held, 1) == 1);
  const Outcome refused = e.run();
  CHECK(refused.code == 1);
  CHECK_THAT(refused.err, Contains("mtt: error: the run directory '" + e.out + "' is in use by another run"));
  CHECK(file_text(e.in("console.txt")) == console);

  ::kill(other, SIGKILL);
  ::waitpid(other, nullptr, 0);
  ::close(ready[0]);
  ::close(ready[1]);
  CHECK(e.run().code == 0);
}

TEST_CASE("--check stops before the work, and finds what is wrong") {
  const Experiment e;
  const Outcome fine = e.run({"--check"});
  CHECK(fine.code == 0);
  CHECK_THAT(fine.out, Contains("the experiment can run"));
  CHECK_FALSE(fs::exists(e.out));
  const auto wrong = [&](const std::string& assignment, const std::string& with) {
    const Outcome outcome = e.run({"--check", "--set", assignment});
    INFO(outcome.err);
    CHECK(outcome.code == 1);
    CHECK_THAT(outcome.err, Contains(with));
  };
  wrong("tasks.intent.head=poetry", "no plugin has the head 'poetry'");
  wrong("tasks.intent.init=magic", "--set tasks.intent.init=magic: [tasks.intent] init is \"magic\"");
  wrong("tasks.intent.layer=7", "beyond the backbone's 2 layers");
  wrong("tasks.intent.field=nothing", "no example has the key \"nothing\"");
  wrong("tasks.intent.poling=cls", "did you mean 'pooling'");
  wrong("tasks.slots.pooling=cls", "reads tokens");
  wrong("data.train=gone.jsonl", "gone.jsonl' does not exist");
  wrong("data.train=gone.jsonl", "--set data.train=gone.jsonl: train: the file");
  wrong("backbone.plugin=poetry", "no plugin has the backbone 'poetry'");
  wrong("backbone.max_tokens=33", "32 positions");
  wrong("tasks.intent.labels=[\"play\"]", "not among the 1 labels");
  e.folder.write("train.jsonl", R"({"text": "rain", "intent": "b", "loudness": 0}
{"text": "play", "intent": "a", "loudness": 1, "slots": [{"start": 1, "end": 9, "label": "x"}]})");
  wrong("run.seed=1", "ends beyond the text of 4 characters");
}

TEST_CASE("a damaged run says what is damaged") {
  const Experiment e;
  REQUIRE(e.run().code == 0);
  const auto fails = [&](const std::string& with) {
    const Outcome outcome = mtt_program({"predict", "--model", e.out}, "rain\n");
    INFO(outcome.err);
    CHECK(outcome.code == 1);
    CHECK_THAT(outcome.err, Contains(with));
  };
  const std::string head = file_text(e.in("heads/intent/head.json"));
  e.folder.write("out/heads/intent/head.json", head.substr(0, head.size() / 2));
  fails("head.json:1:");
  e.folder.write("out/heads/intent/head.json",
                 R"({"plugin":"classification","trained":true,"state":{"labels":["a","b","c"]}})");
  fails("has the shape");
  fs::remove_all(e.in("heads/intent"));
  fails("has no head for task 'intent'; it is not complete");
}

TEST_CASE("config show prints every value with its origin") {
  const Experiment e;
  const Outcome shown =
      mtt_program({"config", "show", e.config, "--set", "run.seed=5"}, "", {"MTT_THREADS=2"});
  CHECK(shown.code == 0);
  CHECK_THAT(shown.out, Contains("# MTT_THREADS") && Contains("# --set run.seed=5") &&
                            Contains("e.toml:2:1") && Contains("# default"));
}

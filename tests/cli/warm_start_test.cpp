#include <csignal>
#include <filesystem>
#include <thread>

#include "catch.h"
#include "npy.h"
#include "program.h"
#include "temporary_folder.h"
#include "tiny_model.h"

namespace fs = std::filesystem;

namespace {

const char kConfig[] = R"([backbone]
model = "./model"

[data]
train = "train.jsonl"

[tasks.intent]
head = "classification"
init = "none"

[tasks.slots]
head = "token_classification"
init = "none"
layer = 1

[train]
epochs = 4
batch_size = 2
learning_rate = 0.01
head_learning_rate = 0.05

[show]
sentences = ["play rain", "wake me at six"]
)";

const char kTrain[] =
    R"({"text": "play some music", "intent": "play", "mood": "high", "slots": [{"start": 10, "end": 15, "label": "what"}]}
{"text": "play music louder", "intent": "play", "mood": "high", "slots": [{"start": 5, "end": 10, "label": "what"}]}
{"text": "wake me up", "intent": "alarm", "mood": "low", "slots": []}
{"text": "wake me at six", "intent": "alarm", "mood": "low", "slots": [{"start": 11, "end": 14, "label": "when"}]}
)";

/// Settings with which a training changes no weight.
const std::vector<std::string> kStill = {"train.learning_rate=0", "train.head_learning_rate=0",
                                         "train.epochs=1"};

struct Runs {
  TemporaryFolder folder;

  Runs() {
    write_tiny_model(folder.path() / "model");
    folder.write("e.toml", kConfig);
    folder.write("train.jsonl", kTrain);
  }
  fs::path in(const std::string& name) const { return folder.path() / name; }
  std::vector<std::string> arguments(const std::string& name, const std::vector<std::string>& set,
                                     const std::vector<std::string>& more = {}) const {
    std::vector<std::string> all = {"run",   in("e.toml").string(), "--threads", "1",
                                    "--out", in(name).string()};
    for (const std::string& assignment : set) all.insert(all.end(), {"--set", assignment});
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  Outcome run(const std::string& name, const std::vector<std::string>& set = {},
              const std::vector<std::string>& more = {}) const {
    return mtt_program(arguments(name, set, more));
  }
  Outcome done(const std::string& name, const std::vector<std::string>& set = {}) const {
    const Outcome outcome = run(name, set);
    INFO(outcome.err);
    REQUIRE(outcome.code == 0);
    return outcome;
  }
  /// The working directory is another one, so that the path is absolute.
  std::string init_from(const std::string& run) const { return "run.init_from=" + in(run).string(); }
  Outcome from(const std::string& name, std::vector<std::string> set = {}) const {
    set.insert(set.end(), kStill.begin(), kStill.end());
    set.push_back(init_from("first"));
    return done(name, set);
  }
  std::string file(const std::string& name) const { return file_text(in(name)); }
  std::vector<float> vectors(const std::string& name) const {
    return npy_values(in(name) / "embeddings.npy", {2, 8});
  }
  void refused(const std::vector<std::string>& set, const std::vector<std::string>& parts) const {
    std::vector<std::string> all = {init_from("first")};
    all.insert(all.end(), set.begin(), set.end());
    for (const bool check : {true, false}) {
      const Outcome outcome =
          run("refused", all, check ? std::vector<std::string>{"--check"} : std::vector<std::string>{});
      INFO(outcome.out << outcome.err);
      CHECK(outcome.code == 1);
      for (const std::string& part : parts) CHECK_THAT(outcome.err, Contains(part));
      fs::remove_all(in("refused"));
    }
  }
};

void check_close(const std::vector<float>& one, const std::vector<float>& other) {
  REQUIRE(one.size() == other.size());
  for (std::size_t i = 0; i < one.size(); ++i) CHECK(one[i] == Approx(other[i]).margin(1e-5));
}

}  // namespace

TEST_CASE("a run starts from the encoder and the heads of another one, and keeps them by itself") {
  const Runs r;
  r.done("first");
  r.folder.write("e.toml", std::string(kConfig) + "[run]\ninit_from = \"first\"\n");
  const Outcome second = r.done("second", kStill);
  CHECK_THAT(second.out, Contains("start    from the run " + r.in("first").string()) &&
                             Contains("tensors that the run changed") && Contains("heads: intent, slots\n"));
  CHECK(r.file("second/embeddings.npy") == r.file("first/embeddings.npy"));
  for (const char* head : {"heads/intent/model.safetensors", "heads/slots/model.safetensors"})
    CHECK(r.file(std::string("second/") + head) == r.file(std::string("first/") + head));
  CHECK_THAT(r.file("second/config.toml"), Contains("init_from = \"" + r.in("first").string() + "\""));
  const Outcome checked = r.run("new", kStill, {"--check"});
  CHECK_THAT(checked.out, Contains("start    from the run ") && Contains("the experiment can run"));

  const std::string predictions = r.file("first/predictions.jsonl");
  CHECK(r.file("second/predictions.jsonl") == predictions);
  fs::remove_all(r.in("first"));
  CHECK(mtt_program({"predict", "--model", r.in("second").string()}, "play rain\nwake me at six\n").out ==
        predictions);
}

TEST_CASE("more epochs after a finished run: a new run from it, as --resume of it says") {
  const Runs r;
  r.done("first", {"train.schedule=constant", "train.warm_up=0"});
  const Outcome finished = r.run("first", {"train.schedule=constant", "train.warm_up=0"}, {"--resume"});
  CHECK(finished.code == 0);
  CHECK_THAT(finished.out,
             Contains("is finished") && Contains("init_from = \"" + r.in("first").string() + "\" in [run]"));
  const Outcome more =
      r.run("first", {"train.schedule=constant", "train.warm_up=0", "train.epochs=8"}, {"--resume"});
  CHECK(more.code == 1);
  CHECK_THAT(more.err, Contains("train.epochs is 4 in the run and 8 now") && Contains("init_from = "));
  r.done("second", {r.init_from("first"), "train.schedule=constant", "train.warm_up=0"});
  CHECK(r.file("second/heads/intent/model.safetensors") != r.file("first/heads/intent/model.safetensors"));
  CHECK(r.vectors("second") != r.vectors("first"));
}

TEST_CASE("a run that starts from another one resumes from its checkpoint, and from no other start") {
  const Runs r;
  r.done("first");
  r.done("other");
  const std::vector<std::string> set = {r.init_from("first"), "train.epochs=200", "train.save_every=5",
                                        "freeze.policy=top_layers", "freeze.layers=1"};
  r.done("whole", set);
  {
    RunningProgram program(r.arguments("stopped", set), r.in("out"), r.in("err"));
    while (!program.ended() && !fs::exists(r.in("stopped/checkpoints")))
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    program.send(SIGTERM);
    REQUIRE(program.wait() == 128 + SIGTERM);
  }
  std::vector<std::string> elsewhere = set;
  elsewhere[0] = r.init_from("other");
  const Outcome refused = r.run("stopped", elsewhere, {"--resume"});
  CHECK(refused.code == 1);
  CHECK_THAT(refused.err, Contains("run.init_from is "));
  const Outcome rest = r.run("stopped", set, {"--resume"});
  INFO(rest.err);
  REQUIRE(rest.code == 0);
  for (const char* file : {"backbone.safetensors", "heads/intent/model.safetensors", "embeddings.npy"})
    CHECK((r.file(std::string("whole/") + file) == r.file(std::string("stopped/") + file)));
}

TEST_CASE("LoRA adapters of the other run are merged into the weights") {
  const Runs r;
  r.done("first", {"freeze.policy=lora"});
  r.from("second", {"freeze.policy=backbone"});
  check_close(r.vectors("second"), r.vectors("first"));
  r.from("third", {"freeze.policy=lora"});
  check_close(r.vectors("third"), r.vectors("first"));
  const Outcome encoded =
      mtt_program({"encode", "--model", r.in("third").string(), "--output", r.in("v.npy").string()},
                  "play rain\nwake me at six\n");
  INFO(encoded.err);
  CHECK(encoded.code == 0);
  check_close(npy_values(r.in("v.npy"), {2, 8}), r.vectors("first"));
}

TEST_CASE("Houlsby adapters are taken by the same policy alone") {
  const Runs r;
  r.done("first", {"freeze.policy=houlsby"});
  r.from("second", {"freeze.policy=houlsby"});
  CHECK(r.vectors("second") == r.vectors("first"));
  r.refused({"freeze.policy=backbone"}, {"Houlsby adapters, which cannot be merged"});
}

TEST_CASE("a task that the other run lacks has its own initialisation, and what is left is named") {
  const Runs r;
  r.done("first");
  std::string config = kConfig;
  const std::size_t slots = config.find("[tasks.slots]"), train = config.find("[train]");
  r.folder.write("e.toml", config.substr(0, slots) +
                               "[tasks.mood]\nhead = \"classification\"\ninit = \"ridge\"\n\n" +
                               config.substr(train));
  const Outcome outcome = r.from("second");
  CHECK_THAT(outcome.out,
             Contains("heads: intent; initialised as usual: mood; not loaded, no such task here: slots") &&
                 Contains("task     mood: classification, init ridge") && !Contains("task     intent: "));
  CHECK(r.file("second/heads/intent/model.safetensors") == r.file("first/heads/intent/model.safetensors"));
}

TEST_CASE("an encoder of another run serves heads in closed form, without a training") {
  const Runs r;
  r.done("first");
  std::string config = kConfig;
  const std::size_t slots = config.find("[tasks.slots]"), show = config.find("[show]");
  config = config.substr(0, slots) + "[tasks.mood]\nhead = \"classification\"\ninit = \"ridge\"\n\n" +
           config.substr(show);
  r.folder.write("e.toml", config + "[run]\ninit_from = \"first\"\n");
  r.done("second");
  CHECK(r.file("second/embeddings.npy") == r.file("first/embeddings.npy"));
  const std::string predictions = r.file("second/predictions.jsonl");
  CHECK(mtt_program({"predict", "--model", r.in("second").string()}, "play rain\nwake me at six\n").out ==
        predictions);
}

TEST_CASE("a head that cannot be taken is refused in one sentence, never left in silence") {
  const Runs r;
  r.done("first");
  r.refused({"tasks.intent.head=ordinal", "tasks.intent.labels=[\"alarm\", \"play\"]"},
            {"--set " + r.init_from("first") + ": [run] init_from: ",
             "is 'classification' in the run and 'ordinal' here"});
  r.refused({"tasks.slots.layer=2"}, {"'slots' has another layer, pooling or normalize in the run"});
  r.refused({"tasks.slots.crf=true"}, {"task 'slots': ", "its options give it other parameters"});
  r.refused({"backbone.pooling=cls"}, {"another pooling in the run"});
  r.folder.write("train.jsonl", std::string(kTrain) + "{\"text\": \"rain\", \"intent\": \"weather\"}\n");
  r.refused({},
            {"task 'intent': ", "\"weather\"", "there; use the same labels, or give the task another name"});
  r.folder.write("train.jsonl", kTrain);
  r.refused({r.init_from("gone")}, {"gone' is not a run directory"});
  const Outcome itself = r.run("first", {r.init_from("first")});
  CHECK(itself.code == 1);
  CHECK_THAT(itself.err, Contains("is the directory of this run itself"));
  write_tiny_model(r.in("model2"));
  r.refused({"backbone.model=" + r.in("model2").string()}, {"the run starts from the model '"});
}

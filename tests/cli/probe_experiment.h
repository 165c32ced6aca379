// An experiment of three tasks whose heads start as probes, on a tiny model.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "catch.h"
#include "program.h"
#include "temporary_folder.h"
#include "tiny_model.h"
#include "value/json.h"

inline const char kProbeConfig[] = R"([backbone]
model = "./model"

[data]
train = "train.jsonl"
test = "test.jsonl"

[tasks.intent]
head = "classification"

[tasks.slots]
head = "token_classification"

[tasks.loudness]
head = "regression"
)";

inline const char kProbeExamples[] =
    R"({"text": "play some music", "intent": "play", "loudness": 0.5, "slots": [{"start": 10, "end": 15, "label": "what"}]}
{"text": "play music louder", "intent": "play", "loudness": 1.0, "slots": [{"start": 5, "end": 10, "label": "what"}]}
{"text": "play rain now", "intent": "play", "loudness": 0.4, "slots": [{"start": 5, "end": 9, "label": "what"}]}
{"text": "loud rain", "intent": "play", "loudness": 0.9, "slots": [{"start": 5, "end": 9, "label": "what"}]}
{"text": "wake me up", "intent": "alarm", "loudness": 0.1, "slots": []}
{"text": "wake me at six", "intent": "alarm", "loudness": 0.2, "slots": []}
{"text": "me up at six now", "intent": "alarm", "loudness": 0.2, "slots": []}
{"text": "up now", "intent": "alarm", "loudness": 0.3, "slots": []}
)";

struct ProbeExperiment {
  TemporaryFolder folder;
  std::string config = (folder.path() / "e.toml").string();

  explicit ProbeExperiment(const std::string& more = "") {
    write_tiny_model(folder.path() / "model");
    folder.write("e.toml", kProbeConfig + more);
    folder.write("train.jsonl", kProbeExamples);
    folder.write("test.jsonl", kProbeExamples);
  }
  std::filesystem::path out(const std::string& name) const { return folder.path() / name; }
  Outcome run(const std::string& name, const std::vector<std::string>& settings = {}) const {
    std::vector<std::string> arguments = {"run", config, "--out", out(name).string(), "--threads", "1"};
    for (const std::string& setting : settings) arguments.insert(arguments.end(), {"--set", setting});
    return mtt_program(arguments);
  }
  Outcome done(const std::string& name, const std::vector<std::string>& settings = {}) const {
    Outcome outcome = run(name, settings);
    INFO(outcome.err << outcome.out);
    REQUIRE(outcome.code == 0);
    return outcome;
  }
  Outcome sweep() const {
    return mtt_program({"sweep", config, "--out", out("sweep").string(), "--threads", "1"});
  }
  std::string file(const std::string& name) const { return file_text(folder.path() / name); }
  std::string head(const std::string& run, const std::string& task) const {
    return file(run + "/heads/" + task + "/model.safetensors");
  }
  mtt::Value cost(const std::string& run) const { return mtt::parse_json(file(run + "/cost.json"), "cost"); }
};

inline const char kTrainTable[] = R"(
[train]
epochs = 2
batch_size = 4
learning_rate = 0.01
dropout = 0.0
)";

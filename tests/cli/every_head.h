// An experiment with a task for each head that has labels, on a tiny model.
#pragma once

#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "catch.h"
#include "program.h"
#include "temporary_folder.h"
#include "tiny_model.h"
#include "value/json.h"

inline const char kEveryHeadConfig[] = R"([backbone]
model = "./model"

[data]
train = "train.jsonl"
test = "test.jsonl"

[tasks.intent]
head = "classification"
init = "class_means"

[tasks.slots]
head = "token_classification"
init = "class_means"

[tasks.topics]
head = "multi_label"

[tasks.stars]
head = "ordinal"

[tasks.loudness]
head = "regression"
init = "ridge"

[tasks.same]
head = "pair_classification"
labels = ["yes", "no"]
train = "pairs.jsonl"
test = ["pairs.jsonl", "more/pairs.jsonl"]
)";

inline const char kEveryHeadExamples[] =
    R"({"text": "play some music", "intent": "play", "topics": ["sound"], "stars": 1, "loudness": 0.5, "slots": [{"start": 10, "end": 15, "label": "what"}]}
{"text": "play music louder", "intent": "play", "topics": ["sound", "change"], "stars": 2, "loudness": 1.0, "slots": [{"start": 5, "end": 10, "label": "what"}]}
{"text": "wake me up", "intent": "alarm", "topics": [], "stars": 3, "loudness": 0.1, "slots": []}
{"text": "wake me at six", "intent": "alarm", "topics": ["time"], "stars": 2, "slots": [{"start": 11, "end": 14, "label": "when"}]}
{"text": "rain now", "intent": "weather, \"now\"", "topics": ["time"], "stars": 1, "slots": []}
{"text": "me up at six now"}
)";

inline std::vector<mtt::Value> lines_of(const std::string& text) {
  std::vector<mtt::Value> rows;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) rows.push_back(mtt::parse_json(line, "line"));
  return rows;
}

struct EveryHead {
  TemporaryFolder folder;
  std::string config = folder.write("e.toml", kEveryHeadConfig).string();
  std::string out = path("out");

  EveryHead() {
    write_tiny_model(folder.path() / "model");
    folder.write("train.jsonl", kEveryHeadExamples);
    folder.write("test.jsonl",
                 std::string(kEveryHeadExamples) + "{\"text\": \"loud rain\", \"intent\": \"other\"}\n");
    std::filesystem::create_directory(folder.path() / "more");
    for (const char* file : {"pairs.jsonl", "more/pairs.jsonl"})
      folder.write(file, R"({"text": "wake me", "text_pair": "wake me up", "same": "yes"}
{"text": "rain", "text_pair": "play music", "same": "no"}
)");
  }
  std::string path(const std::string& name) const { return (folder.path() / name).string(); }
  void run(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = {"run", config, "--out", out};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Outcome outcome = mtt_program(arguments);
    INFO(outcome.err);
    REQUIRE(outcome.code == 0);
  }
};

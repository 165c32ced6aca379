// An experiment of three tasks that trains for 40 steps on a tiny model.
#pragma once

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "catch.h"
#include "program.h"
#include "temporary_folder.h"
#include "tiny_model.h"

inline const char kTrainingConfig[] = R"([backbone]
model = "./model"

[data]
train = "train.jsonl"
dev = "dev.jsonl"

[tasks.intent]
head = "classification"
init = "none"

[tasks.slots]
head = "token_classification"
init = "none"
layer = 1

[tasks.mood]
head = "classification"
init = "none"
train = "mood.jsonl"

[train]
epochs = 8
steps_per_epoch = 5
batch_size = 4
learning_rate = 0.01
head_learning_rate = 0.05
dropout = 0.2
tokens_per_forward = 16
evaluate_every = 7
save_every = 1

[freeze]
policy = "gradual"
epochs = 2

[sampler]
method = "temperature"

[show]
sentences = ["play rain", "wake me at six"]
)";

/// The experiment with another [freeze].
inline std::string config_with(const std::string& freeze) {
  const std::string gradual = "policy = \"gradual\"\nepochs = 2";
  std::string config = kTrainingConfig;
  return config.replace(config.find(gradual), gradual.size(), freeze);
}

inline std::string train_lines() {
  const char* alarms[] = {"wake me up", "wake me at six", "me up at six now", "up now", "wake me now"};
  const char* plays[] = {"play some music", "play music louder", "play rain now", "some rain", "music"};
  std::string lines;
  for (const char* text : alarms)
    lines += std::string("{\"text\": \"") + text + "\", \"intent\": \"alarm\"}\n";
  for (const char* text : plays) {
    const std::string t = text;
    const auto end = t.find(' ') == std::string::npos ? t.size() : t.find(' ');
    lines += "{\"text\": \"" + t +
             "\", \"intent\": \"play\", \"slots\": [{\"start\": 0, \"end\": " + std::to_string(end) +
             ", \"label\": \"what\"}]}\n";
  }
  return lines;
}

inline std::string mood_lines() {
  std::string lines;
  for (const char* text : {"rain", "loud rain", "rain at six", "play some rain", "now"})
    lines += std::string("{\"text\": \"") + text + "\", \"mood\": \"low\"}\n";
  for (const char* text : {"music", "loud music", "play me up"})
    lines += std::string("{\"text\": \"") + text + "\", \"mood\": \"high\"}\n";
  return lines;
}

struct Training {
  TemporaryFolder folder;
  std::string config = (folder.path() / "e.toml").string();
  std::string threads;

  explicit Training(int thread_count = 1) : threads(std::to_string(thread_count)) {
    write_tiny_model(folder.path() / "model");
    folder.write("e.toml", kTrainingConfig);
    folder.write("train.jsonl", train_lines());
    folder.write("dev.jsonl", train_lines());
    folder.write("mood.jsonl", mood_lines());
  }
  std::filesystem::path out(const std::string& name) const { return folder.path() / name; }
  std::vector<std::string> arguments(const std::string& name, std::vector<std::string> more = {}) const {
    std::vector<std::string> all = {"run", config, "--out", out(name).string(), "--threads", threads};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  Outcome run(const std::string& name, std::vector<std::string> more = {}) const {
    return mtt_program(arguments(name, std::move(more)));
  }
  long logged(const std::string& name) const {
    const std::string text = file_text(out(name) / "metrics.jsonl");
    return std::count(text.begin(), text.end(), '\n');
  }
  /// Starts a run, sends a signal once it has logged so many lines, and waits. → the exit code
  int stop(const std::string& name, int signal, long lines, std::vector<std::string> more = {}) const {
    RunningProgram program(arguments(name, std::move(more)), out("stdout"), out("stderr"));
    while (!program.ended() && logged(name) < lines)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    program.send(signal);
    return program.wait();
  }
  /// All that a run gives and that must not depend on how often it was stopped.
  void check_same(const std::string& one, const std::string& other) const {
    for (const char* file : {"metrics.jsonl", "backbone.safetensors", "heads/intent/model.safetensors",
                             "heads/slots/model.safetensors", "heads/mood/model.safetensors",
                             "heads/mood/head.json", "predictions.jsonl", "embeddings.npy"}) {
      INFO(file);
      const std::string content = file_text(out(one) / file);
      CHECK_FALSE(content.empty());
      CHECK((content == file_text(out(other) / file)));
    }
    CHECK_FALSE(std::filesystem::exists(out(other) / "checkpoints"));
  }
};

inline void check_sentence(const Outcome& outcome, const std::string& part) {
  CHECK(outcome.code == 1);
  CHECK_THAT(outcome.err, Contains("mtt: error: ") && Contains(part));
  const auto error = outcome.err.find("mtt: error: ");
  if (error != std::string::npos) CHECK(outcome.err.find('\n', error) == outcome.err.size() - 1);
}

// A sweep of two arms, two points and two seeds on a tiny model.
#pragma once

#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

#include "program.h"
#include "sweep/sweep_rows.h"
#include "temporary_folder.h"
#include "tiny_model.h"

inline const char kSweepConfig[] = R"([backbone]
model = "./model"

[data]
train = "train.jsonl"
test = ["test.jsonl", "other.jsonl"]

[tasks.intent]
head = "classification"
init = "none"

[train]
epochs = 2
batch_size = 4
learning_rate = 0.01

[sweep]
seeds = 2

[sweep.grid]
data.train_examples = [6, 8]

[sweep.arms]
all = {}
probe = { freeze.policy = "backbone" }
)";

inline std::string sweep_lines(const std::vector<std::string>& alarms,
                               const std::vector<std::string>& plays) {
  std::string text;
  for (const auto& alarm : alarms) text += "{\"text\": \"" + alarm + "\", \"intent\": \"alarm\"}\n";
  for (const auto& play : plays) text += "{\"text\": \"" + play + "\", \"intent\": \"play\"}\n";
  return text;
}

class SweepFolder : public TemporaryFolder {
 public:
  SweepFolder() {
    write_tiny_model(path() / "model");
    write("train.jsonl",
          sweep_lines({"wake me", "wake me up", "up at six", "me up now", "wake now", "six"},
                      {"play music", "some music", "play rain", "loud rain", "play", "music now"}));
    write("test.jsonl", sweep_lines({"wake me at six", "up now"}, {"play some music", "rain"}));
    write("other.jsonl", sweep_lines({"wake"}, {"music", "loud music"}));
    write("sweep.toml", kSweepConfig);
  }
  std::string config() const { return (path() / "sweep.toml").string(); }
  std::string out(const std::string& name) const { return (path() / name).string(); }

  Outcome sweep(const std::string& name, std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments = {"sweep", config(), "--out", out(name), "--threads", "1"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return mtt_program(arguments);
  }
  std::vector<mtt::SweepRow> rows(const std::string& name) const {
    auto rows = mtt::read_rows(path() / name / "runs.jsonl");
    std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
      return std::tie(a.seed, a.point, a.arm) < std::tie(b.seed, b.point, b.arm);
    });
    return rows;
  }
};

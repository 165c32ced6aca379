// A small training of sentence and token heads on several layers.
#pragma once

#include <string>
#include <vector>

#include "small_model.h"

inline const std::string kSteady =
    "schedule = \"constant\"\nwarm_up = 0.0\nlearning_rate = 0.01\nhead_learning_rate = 0.01\nclip_norm = "
    "0.0\n"
    "weight_decay = 0.1\nbatch_size = 8\n";

inline const std::vector<SmallTask> kMixed = {
    {"a"}, {"b", Unit::token}, {"tap", Unit::token, 2}, {"low", Unit::sentence, 1}};

inline SmallTraining mixed() {
  SmallTraining training;
  training.tasks = kMixed;
  training.sources = {small_source("one.jsonl", {0, 1}, 24, true), small_source("two.jsonl", {2, 3}, 20)};
  training.train = "epochs = 4\n" + kSteady;
  return training;
}

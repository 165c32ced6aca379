// The scores of a model, and of the same model in fp32.
#pragma once

#include <string>
#include <vector>

#include "data/examples.h"
#include "model_option.h"
#include "run/precision_comparison.h"
#include "run/scores.h"

namespace mtt {

/// What was scored, and with which examples.
struct ScoredFiles {
  ExampleFiles files;
  std::vector<TaskScore> scores;
};

/// Scores the heads of a model on `data`, or on the test sets of the run where it is empty, and sentence
/// vectors on pairs. Nothing to score throws Error. `model` is its name for messages.
ScoredFiles score_model(const OpenModel& open, const std::string& data, const std::string& model,
                        Console& console);

/// The same for a comparison of precisions, in which vectors alone may be compared: without examples there
/// are no scores, and a warning if the model has heads.
ScoredFiles score_for_gate(const OpenModel& open, const std::string& data, const std::string& model,
                           Console& console);

/// Opens the model in fp32 as well, and compares its vectors of the texts with those of `reduced`, and its
/// scores with `scores`, where there are some.
PrecisionGate precision_gate(const ModelOption& model, Session& reduced, const std::vector<TaskScore>& scores,
                             const std::string& data, const std::vector<std::string>& texts,
                             Console& console);

/// The different lines of a text file that are not empty, or values of the field "text" of JSONL and tables.
/// Too few for a comparison throw Error.
std::vector<std::string> gate_texts(const std::string& path, const std::string& precision);

}  // namespace mtt

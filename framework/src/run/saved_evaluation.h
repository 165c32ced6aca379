// Scores, confusions and predictions on held-out examples, as files.
#pragma once

#include <filesystem>
#include <vector>

#include "data/examples.h"
#include "run/scores.h"

namespace mtt {

/// The names that a directory of scores may have in it.
inline constexpr const char* kScoresFile = "scores.jsonl";
inline constexpr const char* kConfusionFolder = "confusion";
inline constexpr const char* kTestPredictionsFolder = "test_predictions";

/// Writes into a directory: scores.jsonl, a row a score; confusion/<task>-<file>.csv for each task whose
/// labels are classes; and, where asked for, test_predictions/<file>.jsonl for each file, a line an example:
/// {"text", "text_pair", "labels": {"<task>": ...}, "predictions": {"<task>": ...}}. A file is named without
/// its ending; a name of more than 200 bytes is cut, and of several with the same name, the second has "-2"
/// behind it. Matrices of more than 2000
/// classes are left out.
void save_evaluation(const std::filesystem::path& directory, const std::vector<TaskScore>& scores,
                     ExampleFiles& files, bool predictions);

}  // namespace mtt

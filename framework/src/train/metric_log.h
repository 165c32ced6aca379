// metrics.jsonl: what training measured, one JSON object a line.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "eval/named_scores.h"
#include "io/append_file.h"
#include "mtt/value.h"

namespace mtt {

/// Writes a log of metrics. To resume, a checkpoint keeps `position()`, and the log is opened again with it:
/// later lines, and a line that a kill tore, are cut off, so that the log of a resumed run equals that of an
/// uninterrupted one.
class MetricLog {
 public:
  /// Starts the log anew, or keeps its first `keep_bytes` bytes. A file that is shorter, or in which no line
  /// ends there, throws Error.
  explicit MetricLog(const std::filesystem::path& path, std::int64_t keep_bytes = 0);

  /// Appends a table as one line. JSON has no NaN and no infinities: they become null.
  void append(const Value& row);

  /// The bytes so far, after they are on the disk.
  std::int64_t position();

 private:
  AppendFile file_;
};

/// All whole lines of a log, each with its place; a torn last line is left out. A missing file, or a line
/// that is no JSON object, throws Error.
std::vector<Value> read_metric_log(const std::filesystem::path& path);

/// Means over the steps of a log that have them: "<task>.weight", and "<task>,<task>.gradient_cosine" where
/// statistics_every was set.
Scores log_means(const std::filesystem::path& path);

}  // namespace mtt

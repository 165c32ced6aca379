// `--output`: a file by its ending, or standard output.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "io/append_file.h"

namespace mtt {

/// Refuses an output whose ending is none of `endings` ("-" is standard output) or whose folder does not
/// exist, before any work is done.
void check_output(const std::string& output, const std::vector<std::string>& endings);

/// JSONL to a file or to standard output, where it can be read while it is written. A file that is there is
/// replaced by the first line.
class LineOutput {
 public:
  explicit LineOutput(std::string output) : output_(std::move(output)) {}

  void add(const std::string& line);  ///< without its newline
  void flush();                       ///< what was added can be read from now on
  void finish();                      ///< call once, last: a file is there even without lines

 private:
  AppendFile& file();

  std::string output_, block_;
  std::optional<AppendFile> file_;
};

}  // namespace mtt

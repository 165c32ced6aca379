// `--output`: a file by its ending, or standard output.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace mtt {

/// Refuses an output whose ending is none of `endings` ("-" is standard output) or whose folder does not
/// exist, before any work is done.
void check_output(const std::string& output, const std::vector<std::string>& endings);

/// Writes lines, line(0) to line(count-1), each without its newline, to a file (atomically) or to standard
/// output.
void write_lines(const std::string& output, std::int64_t count,
                 const std::function<std::string(std::int64_t)>& line);

/// A row of floats as JSON, each with as many digits as it takes to read it back.
std::string json_row(const float* values, std::int64_t count);

}  // namespace mtt

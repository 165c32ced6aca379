// The program, run as a user runs it.
#pragma once

#include <string>
#include <vector>

struct Outcome {
  int code = 0;  ///< exit code; 128 + the signal's number where a signal ended it
  std::string out, err;
};

/// Runs `mtt` with arguments and standard input; `environment` holds NAME=value.
Outcome mtt_program(const std::vector<std::string>& arguments, const std::string& input = "",
                    const std::vector<std::string>& environment = {});

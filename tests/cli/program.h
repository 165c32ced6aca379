// The program, run as a user runs it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

struct Outcome {
  int code = 0;  ///< exit code; 128 + the signal's number where a signal ended it
  std::string out, err;
};

/// Runs `mtt` with arguments and standard input; `environment` holds NAME=value.
Outcome mtt_program(const std::vector<std::string>& arguments, const std::string& input = "",
                    const std::vector<std::string>& environment = {});

/// What a program may use; 0: as much as the system allows.
struct ProgramLimits {
  std::uint64_t file_bytes = 0;  ///< of a file that it writes
  std::uint64_t open_files = 0;
};

/// The program in the background; it is killed with this object.
class RunningProgram {
 public:
  RunningProgram(const std::vector<std::string>& arguments, const std::filesystem::path& out,
                 const std::filesystem::path& err, const ProgramLimits& limits = {});
  ~RunningProgram();
  RunningProgram(const RunningProgram&) = delete;
  RunningProgram& operator=(const RunningProgram&) = delete;

  void send(int signal) const;
  bool ended();
  /// The exit code; 128 + the signal's number where a signal ended it.
  int wait();

 private:
  int child_ = -1;
  int status_ = 0;
  bool ended_ = false;
};

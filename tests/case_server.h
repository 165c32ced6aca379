// Test cases in processes of their own that need not load LibTorch again.
#pragma once

#include <filesystem>
#include <functional>

/// Goes to the background and runs each request that run_case sends in a copy of this process: with its
/// arguments, environment, descriptors and working directory. `run` gets argc and argv and gives the exit
/// code. Loading LibTorch takes about 0.3 s, a copy of a process that has it a few milliseconds. The server
/// ends at `run_case --stop`, or when nobody has asked for a minute. Where it cannot listen it returns 0:
/// run_case then starts the program itself.
int serve_cases(const std::filesystem::path& program, const std::function<int(int, char**)>& run);

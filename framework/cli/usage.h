// What is wrong with the words of a command line.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace mtt {

/// The first word that names no command, or the first option that its command does not have, and what to
/// write instead; "" where there is neither.
std::string unknown_word(const CLI::App& app, int argc, char** argv);

/// The command, argument or option that is required and not given; "" where there is none.
std::string missing_word(const CLI::App& app, int argc, char** argv);

/// The first argument that its command does not take; "" where there is none.
std::string extra_word(const CLI::App& app, int argc, char** argv);

}  // namespace mtt

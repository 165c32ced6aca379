// What is wrong with the words of a command line.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace mtt {

/// The first word that names no command, or the first option that its command does not have, and what to
/// write instead; "" where there is neither.
std::string unknown_word(const CLI::App& app, int argc, char** argv);

}  // namespace mtt

// How much a command prints beside what it was asked for.
#pragma once

namespace mtt {

/// quiet: warnings and errors alone; verbose: also what helps to find a fault.
enum class Verbosity { quiet, normal, verbose };

/// For the start of a program.
void set_verbosity(Verbosity verbosity);
Verbosity verbosity();

}  // namespace mtt

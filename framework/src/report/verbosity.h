// How much a command prints in addition to its results.
#pragma once

namespace mtt {

/// quiet: only warnings and errors; verbose: also details for debugging.
enum class Verbosity { quiet, normal, verbose };

/// For the start of a program.
void set_verbosity(Verbosity verbosity);
Verbosity verbosity();

}  // namespace mtt

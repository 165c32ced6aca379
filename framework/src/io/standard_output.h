// The standard output that results go to, kept from everybody else.
#pragma once

#include <cstdio>
#include <string_view>

namespace mtt {

/// For the start of a program: standard output is kept for its own results, and what a plugin or a library
/// prints goes to standard error from then on, so that it cannot get between rows of data. Standard streams
/// that are closed are opened to nothing, so that no file takes their place.
void take_standard_output();

/// Where results go: what was taken, else stdout.
std::FILE* standard_output();

/// Writes text to standard output and flushes it. Throws Error where it cannot be written.
void write_standard_output(std::string_view text);

/// Throws Error where standard output is a pipe that nobody reads any more, so that long work can end.
void check_standard_output();

/// Whether the program failed since nobody reads its standard output any more, as in `mtt ... | head -1`.
bool standard_output_abandoned();

}  // namespace mtt

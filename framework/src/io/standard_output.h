// The standard output that results go to, kept from everybody else.
#pragma once

#include <cstdio>

namespace mtt {

/// For the start of a program: standard output is kept for its own results, and what a plugin or a library
/// prints goes to standard error from then on, so that it cannot get between rows of data.
void take_standard_output();

/// Where results go: what was taken, else stdout.
std::FILE* standard_output();

}  // namespace mtt

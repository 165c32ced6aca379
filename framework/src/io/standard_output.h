// The standard output that results go to, kept from everybody else.
#pragma once

#include <cstdio>

namespace mtt {

/// The first call takes standard output for the program's own results: what a plugin or a library prints goes
/// to standard error from then on, so that it cannot get between rows of data.
std::FILE* standard_output();

}  // namespace mtt

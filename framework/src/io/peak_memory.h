// How much memory this process has used.
#pragma once

namespace mtt {

/// The largest resident set of this process so far, in bytes.
double peak_memory();

}  // namespace mtt

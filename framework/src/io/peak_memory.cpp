#include "io/peak_memory.h"

#include <sys/resource.h>

namespace mtt {

double peak_memory() {
  constexpr double kKibibyte = 1024;
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) * kKibibyte;
}

}  // namespace mtt

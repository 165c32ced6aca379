// The machine that computes.
#pragma once

#include <string>

namespace mtt {

/// The name of the processor as the kernel tells it ("AMD EPYC 7763 64-Core Processor"); where it tells none,
/// the architecture ("aarch64").
std::string processor_name();

}  // namespace mtt

// Opening files by the system's calls.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>

namespace mtt {

/// The system's sentence for an errno.
std::string reason(int error);

/// open(2), closed on exec and repeated where a signal interrupts it; -1 and errno if it fails.
int open_retrying(const char* path, int flags, mode_t mode = 0);

/// A descriptor for reading, which the caller closes; `flags` are added. A file that is missing or cannot be
/// opened throws Error.
int open_for_reading(const std::filesystem::path& path, int flags = 0);

}  // namespace mtt

// A look at a shared library before the dynamic linker sees it.
#pragma once

#include <filesystem>

namespace mtt {

/// Throws Error where a file is no complete shared library for this processor: not ELF, another architecture,
/// cut off. The dynamic linker maps what the headers promise, and a short file would end the process with
/// SIGBUS.
void check_shared_library(const std::filesystem::path& file);

}  // namespace mtt

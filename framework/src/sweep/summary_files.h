// The tables and charts in a sweep's directory.
#pragma once

#include <filesystem>

#include "sweep/sweep_summary.h"

namespace mtt {

/// Writes summary.csv, table.md and <metric>.svg; nothing where there is no row.
void write_summary(const SweepSummary& all, const std::filesystem::path& directory);

}  // namespace mtt

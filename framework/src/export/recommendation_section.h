// The section of a report about a recommendation.
#pragma once

#include <filesystem>
#include <string>

#include "report/report_part.h"

namespace mtt {

/// Whether a directory is that of a finished `mtt recommend`.
bool is_recommendation_directory(const std::filesystem::path& directory);

/// Which strategy was chosen and why, a table of the strategies, and the sweep that compared them.
ReportPart recommendation_section(const std::filesystem::path& directory, const std::string& table_prefix);

}  // namespace mtt

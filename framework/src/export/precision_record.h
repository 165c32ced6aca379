// The file in which an encoder of reduced precision is compared with fp32, and its section of a report.
#pragma once

#include <filesystem>
#include <string>

#include "eval/precision_gate.h"
#include "report/report_part.h"

namespace mtt {

/// Whether a directory has the file.
bool has_precision_record(const std::filesystem::path& directory);

/// Writes the figures, and a digest of the file with the texts, into a directory.
void write_precision_record(const std::filesystem::path& directory, const std::string& precision,
                            const std::filesystem::path& texts, const PrecisionGate& gate);

/// The figures, whether they are accepted, and a table of the scores. Throws Error for a damaged file.
ReportPart precision_section(const std::filesystem::path& directory, const std::string& table_prefix);

}  // namespace mtt

// The file in which an encoder of reduced precision is compared with fp32, and its section of a report.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "eval/precision_gate.h"
#include "report/report_part.h"

namespace mtt {

/// Whether a directory has the file.
bool has_precision_record(const std::filesystem::path& directory);

/// What was compared with fp32.
struct PrecisionRecord {
  std::string precision, model;
  std::string texts_file;
  std::vector<std::string> texts;  ///< that were compared
  PrecisionGate gate = {};
};

/// Writes the figures into a directory, with a digest of the texts, the date, the processor and the version.
void write_precision_record(const std::filesystem::path& directory, const PrecisionRecord& record);

/// What was compared, the figures beside their limits, and a table of the scores. Throws Error for a damaged
/// file.
ReportPart precision_section(const std::filesystem::path& directory, const std::string& table_prefix);

}  // namespace mtt

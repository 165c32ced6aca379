// The predictions of a run on its test sets, as a part of a report.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "plugin/plugin_catalog.h"
#include "report/report_part.h"

namespace mtt {

/// For each task and test set: the largest confusions, the confusion matrix, and entities marked in the text;
/// then a map of the sentence vectors. Loads the model and predicts. Unreadable files throw Error.
ReportPart held_out_pictures(const std::filesystem::path& directory, const std::string& table_prefix,
                             std::int64_t threads, PluginCatalog& plugins);

}  // namespace mtt

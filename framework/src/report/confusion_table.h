// Confusion matrices as tables.
#pragma once

#include <string>
#include <vector>

#include "report/html_table.h"

namespace mtt {

/// Counts with one row per gold label and one column per predicted label; the last column is the number of
/// examples of the gold label. If there are many labels, only those with the most errors are included. Both
/// lists have the same length.
TableRows confusion_rows(const std::vector<std::string>& gold, const std::vector<std::string>& predicted);

/// Such counts as markup, each cell shaded by its share of the row.
std::string confusion_table(const TableRows& rows);

/// The largest confusions, at most ten: label, prediction, number of examples, share of the examples of the
/// label. Only the header if every prediction is correct.
TableRows largest_confusions(const std::vector<std::string>& gold, const std::vector<std::string>& predicted);

}  // namespace mtt

// Which labels are taken for which.
#pragma once

#include <string>
#include <vector>

#include "report/html_table.h"

namespace mtt {

/// Counts, a row a gold label, a column a predicted one, and last the number of examples of the gold label.
/// Of many labels, those with the most mistakes are there. Both lists have the same length.
TableRows confusion_rows(const std::vector<std::string>& gold, const std::vector<std::string>& predicted);

/// Such counts as markup, each cell shaded by its share of the row.
std::string confusion_table(const TableRows& rows);

/// The labels that are most often taken for another one, ten at most: label, prediction, number of examples,
/// share of the label's. Only the head where every prediction is right.
TableRows largest_confusions(const std::vector<std::string>& gold, const std::vector<std::string>& predicted);

}  // namespace mtt

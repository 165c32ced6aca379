// Which labels are taken for which.
#pragma once

#include <string>
#include <vector>

namespace mtt {

/// A table of counts, a row a gold label, a column a predicted one, as markup. Of many labels, those with the
/// most mistakes are shown, and the text says so. Both lists have the same length.
std::string confusion_table(const std::vector<std::string>& gold, const std::vector<std::string>& predicted);

/// The labels that are most often taken for another one, as a table in markup, five at most. "" where
/// every prediction is right.
std::string largest_confusions(const std::vector<std::string>& gold,
                               const std::vector<std::string>& predicted);

}  // namespace mtt

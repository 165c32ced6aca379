// Scores of each class and the largest confusions, as text.
#pragma once

#include <string>
#include <vector>

#include "eval/class_report.h"

namespace mtt {

/// The names of the columns, then label, precision, recall, F1 and support of each class; an undefined score
/// is "-".
std::vector<std::vector<std::string>> class_rows(const std::vector<ClassScore>& classes);

/// The classes as an indented table. If there are more than 20, only the 10 most frequent and the 10 with the
/// lowest F1, with a note; `full` names the place of the full table. Then the largest confusions, the most
/// frequent first: "gold -> predicted, count". Empty if the report has no classes.
std::string class_report_text(const ClassReport& report, const std::string& full);

}  // namespace mtt

// Scores of each class and the largest confusions, for people.
#pragma once

#include <string>
#include <vector>

#include "eval/class_report.h"

namespace mtt {

/// label, precision, recall, F1 and support behind the names of the columns; an undefined score is "-".
std::vector<std::vector<std::string>> class_rows(const std::vector<ClassScore>& classes);

/// The classes as a table, indented. Of more than 20 classes it has the 10 most frequent and the 10 of the
/// lowest F1, and says so; `full` says where all are. Then the largest confusions, most frequent first:
/// "gold -> predicted, count". Empty where a report has no classes.
std::string class_report_text(const ClassReport& report, const std::string& full);

}  // namespace mtt

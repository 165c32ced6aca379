// A confusion matrix as CSV.
#pragma once

#include <string>

#include "eval/class_report.h"

namespace mtt {

/// CSV (RFC 4180): the first line holds "gold \ predicted" and the classes, each further line a class and how
/// often its examples were predicted as each class; rows and columns are the report's classes in their
/// order.
std::string confusion_csv(const ClassReport& report);

}  // namespace mtt

// How well each class of a task is predicted, and which classes are confused.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mtt/label_kind.h"
#include "mtt/value.h"

namespace mtt {

/// One class over all examples, as in scikit-learn's classification_report with zero_division = NaN (of
/// spans: seqeval's): precision is NaN where the class was never predicted, recall where no label has it.
struct ClassScore {
  std::string label;
  double precision = 0, recall = 0, f1 = 0;
  std::int64_t support = 0;  ///< examples (of spans: spans) whose label has the class
};

/// How often examples of one class got another, or their own.
struct ClassPair {
  std::string gold, predicted;
  std::int64_t count = 0;
};

/// The classes that occur in labels or predictions, in the order of the head's, then those that it does not
/// know, sorted.
struct ClassReport {
  std::vector<ClassScore> classes;
  std::vector<ClassPair> pairs;  ///< in the order of the classes, counts above 0; of the kind `classes` alone
};

/// Compares predictions with labels of one kind; null labels do not count. A span is right where start, end
/// and label are. Empty for `numbers` and `other`. A prediction or label that is not of the kind throws
/// Error.
ClassReport class_report(LabelKind kind, const std::vector<std::string>& known,
                         const std::vector<Value>& predictions, const std::vector<Value>& labels);

/// {"<label>": {"precision": ..., "recall": ..., "f1": ..., "support": ...}, ...}, NaN as null; and back.
Value class_scores_json(const std::vector<ClassScore>& classes);
std::vector<ClassScore> class_scores_from(const Value& json);

}  // namespace mtt

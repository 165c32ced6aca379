// How well each class of a task is predicted, and which classes are confused.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mtt/label_kind.h"
#include "mtt/value.h"

namespace mtt {

/// One class over all examples, as in scikit-learn's classification_report with zero_division = NaN (for
/// spans: as in seqeval). Precision is NaN if the class was never predicted, recall if no label has it.
struct ClassScore {
  std::string label;
  double precision = 0, recall = 0, f1 = 0;
  std::int64_t support = 0;  ///< number of examples (for spans: of spans) whose label has the class
};

/// How often a class was predicted for examples of a class.
struct ClassPair {
  std::string gold, predicted;
  std::int64_t count = 0;
};

/// The classes that occur in labels or predictions: first those of the head, in its order, then unknown ones,
/// sorted.
struct ClassReport {
  std::vector<ClassScore> classes;
  std::vector<ClassPair> pairs;  ///< in the order of the classes, counts above 0; only for `classes`
};

/// Compares predictions with labels of one kind; null labels are ignored. A span is correct if start, end and
/// label are. Empty for `numbers` and `other`. A prediction or label of another kind throws Error.
ClassReport class_report(LabelKind kind, const std::vector<std::string>& known,
                         const std::vector<Value>& predictions, const std::vector<Value>& labels);

/// {"<label>": {"precision": ..., "recall": ..., "f1": ..., "support": ...}, ...}, NaN as null; and back.
Value class_scores_json(const std::vector<ClassScore>& classes);
std::vector<ClassScore> class_scores_from(const Value& json);

}  // namespace mtt

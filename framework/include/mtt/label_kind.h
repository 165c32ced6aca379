// The kinds of labels.
#pragma once

namespace mtt {

/// The form of a label in an example, and of a prediction. A head that declares a kind must use both; the
/// framework then checks labels and computes scores per class without knowing the head.
enum class LabelKind {
  other,    ///< anything else; such labels are only counted
  classes,  ///< one name (a string, an integer, a boolean, a number); predictions have "label", a name
  sets,     ///< an array of names, or one name; predictions have "labels", an array of names
  /// [{"start", "end", "label"}, ...] in code points, end exclusive; predictions have "entities", such spans
  spans,
  numbers  ///< a number, or a string with a number
};

}  // namespace mtt
